// The sightings of the opened hazard, and taking some of them out into a hazard of their own.
import { byId, element, times, when } from "./hazard_words.js";

const IDS_MOST = 100; // one PATCH takes no more

export class HazardSplit {
  #id = null;
  #all = 0;
  #ticked = new Set();

  constructor(detail) {
    this.detail = detail;
    byId("split").addEventListener("click", () => this.act());
    byId("split-reason").addEventListener("keydown", (event) => { if (event.key === "Enter") this.act(); });
  }

  show({ id, state, sighting_list: sightings }) {
    const focused = document.activeElement?.closest?.("#sightings li")?.dataset.id;
    const known = new Set(id === this.#id ? this.#ticked : []);
    this.#id = id;
    this.#all = sightings.length;
    this.#ticked = new Set(sightings.map((each) => each.id).filter((each) => known.has(each)));
    const may = state !== "merged" && sightings.length > 1;
    byId("sightings").replaceChildren(...sightings.map((sighting) => this.#row(sighting, may)));
    byId("sightings-hint").hidden = !may;
    const again = focused && [...byId("sightings").children].find((row) => row.dataset.id === focused);
    again?.querySelector("input")?.focus({ preventScroll: true });
  }

  #row(sighting, may) {
    const words = `${when(sighting.first_seen)} · ${sighting.source} · ${times(sighting.hits, "picture", "pictures")}` +
      `${sighting.new_pass ? " · a pass of its own" : ""}. ${sighting.reason}`;
    const row = element("li", { data: { id: sighting.id } });
    if (!may) row.append(words);
    else {
      const box = element("input");
      box.type = "checkbox";
      box.checked = this.#ticked.has(sighting.id);
      box.addEventListener("change", () => {
        if (box.checked) this.#ticked.add(sighting.id);
        else this.#ticked.delete(sighting.id);
        this.offer();
      });
      row.append(element("label", { className: "pick" }, box, element("span", { text: words })));
    }
    return row;
  }

  offer() {
    const count = this.#ticked.size;
    byId("split-tools").hidden = count === 0;
    const stay = this.#all - count;
    const them = count === 1 ? "It becomes a hazard of its own" : "They become a hazard of their own";
    byId("split-said").textContent = stay === 0 ? "At least one sighting must stay with this hazard: untick one."
      : count > IDS_MOST ? `${count} are ticked; ${IDS_MOST} can be split off at once.`
      : `${count} of ${this.#all} sightings ${count === 1 ? "is" : "are"} ticked. ${them}, pending; ` +
        `${stay} ${stay === 1 ? "stays" : "stay"} here. Place, times and counts of both are worked out anew.`;
    byId("split").disabled = this.detail.busy || count === 0 || stay === 0 || count > IDS_MOST;
  }

  async act() {
    if (byId("split").disabled) return;
    const reason = byId("split-reason").value.trim();
    if (!reason) {
      this.detail.say("Say why these sightings are another hazard: the reason stays in the history.");
      return byId("split-reason").focus();
    }
    const ids = [...this.#ticked];
    const own = ids.length === 1 ? "its" : "their";
    // The history names the new one.
    const done = (hazard) => [`${times(ids.length, "sighting is", "sightings are")} a hazard of ${own} own now.`,
      /^Into ([0-9a-f-]{36})/.exec(hazard?.history.findLast(({ action }) => action === "split")?.reason ?? "")?.[1] ?? null];
    if (await this.detail.send({ split: ids }, reason, done)) byId("split-reason").value = "";
  }
}
