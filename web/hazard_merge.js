// Merging another hazard into the opened one: which may be meant, what would happen, and doing it.
import { hazardsAround, oneHazard } from "./hazard_api.js";
import { byId, element, metresBetween, span, times, when } from "./hazard_words.js";
import { hidePicture, showPicture } from "./key.js";

const NEAR_M = 50; // twice what a phone between houses is wrong by
const NEAR_MOST = 30;

export class HazardMerge {
  #hazard = null;
  #found = new Map(); // id -> a hazard that may be chosen
  #other = null;      // the chosen one as it is shown: { hazard, etag, picture }
  #finding = 0; // the last question of each kind; older answers are dropped
  #choosing = 0;

  constructor(detail) {
    this.detail = detail;
    byId("merge-box").addEventListener("toggle", () => (byId("merge-box").open ? this.find() : this.choose("")));
    byId("merge-other").addEventListener("change", () => this.choose(byId("merge-other").value));
    byId("merge").addEventListener("click", () => this.act());
    byId("merge-reason").addEventListener("keydown", (event) => { if (event.key === "Enter") this.act(); });
  }

  // null: none is open.
  show(hazard) {
    const another = hazard?.id !== this.#hazard?.id;
    this.#hazard = hazard;
    byId("merge-box").hidden = !hazard || hazard.state === "merged";
    if (another) {
      byId("merge-box").open = false;
      this.choose("");
    } else if (byId("merge-box").open) {
      this.find();
    }
  }

  // The choices: what lies near, then the rest of the list's page.
  async find() {
    const mine = ++this.#finding;
    const { id, location } = this.#hazard;
    let near = [];
    let trouble = "";
    try {
      if (location) near = await hazardsAround(location, NEAR_M);
    } catch (error) {
      trouble = error.message;
    }
    if (mine !== this.#finding) return;
    const far = ({ location: place }) => (location && place ? metresBetween(location, place) : Infinity);
    const may = (each) => each.id !== id && each.state !== "merged";
    near = near.filter((each) => may(each) && far(each) <= NEAR_M).sort((a, b) => far(a) - far(b)).slice(0, NEAR_MOST);
    const listed = this.detail.on.listed().filter((each) => may(each) && !near.some((other) => other.id === each.id));
    this.#found = new Map([...near, ...listed].map((each) => [each.id, each]));
    const chosen = byId("merge-other").value;
    const group = (label, hazards) => {
      const made = element("optgroup", {}, ...hazards.map((each) => {
        const option = element("option", { text: this.#line(each, far(each)) });
        option.value = each.id;
        return option;
      }));
      made.label = label;
      return made;
    };
    const first = element("option", { text: this.#found.size === 0 ? "none lies near and none is listed" : "choose" });
    first.value = "";
    byId("merge-other").replaceChildren(first, ...(near.length > 0 ? [group(`Within ${NEAR_M} m`, near)] : []),
      ...(listed.length > 0 ? [group("On this page of the list", listed)] : []));
    if (trouble) this.detail.say(trouble);
    if (!this.#found.has(chosen)) return chosen && this.choose("");
    byId("merge-other").value = chosen;
    this.#preview();
  }

  #line({ class_name: kind, state, sightings, last_seen: last }, metres) {
    const away = metres === Infinity ? "" : metres < 1000 ? `${Math.round(metres)} m, ` : `${(metres / 1000).toFixed(1)} km, `;
    return `${away}${kind}, ${state}, seen ${times(sightings, "time", "times")}, last ${when(last)}`;
  }

  async choose(id) {
    const mine = ++this.#choosing;
    byId("merge-other").value = id;
    if (id !== this.#other?.hazard.id) {
      this.#other = null;
      this.#preview();
    }
    this.detail.on.compare(id || null);
    if (!id) return;
    try {
      const other = await oneHazard(id);
      if (mine === this.#choosing) this.#other = other;
    } catch (error) {
      if (mine === this.#choosing) this.detail.say(`The other: ${error.message}`);
    }
    if (mine === this.#choosing) this.#preview();
  }

  #preview() {
    byId("merge-tools").hidden = !this.#other;
    this.offer();
    if (!this.#other) return hidePicture(byId("merge-picture"));
    const { hazard: other, picture } = this.#other;
    const into = this.#hazard;
    const image = byId("merge-picture");
    image.hidden = !picture;
    image.alt = `The other ${other.class_name} in its best picture`;
    if (picture) showPicture(image, picture);
    const sum = into.sightings + other.sightings;
    const named = other.class_name === into.class_name ? "" : ` The class stays ${into.class_name}.`;
    byId("merge-said").replaceChildren(...[
      `The other: ${other.class_name}, ${other.state}, ${span(other.first_seen, other.last_seen)}.` +
        (other.note ? ` Note: ${other.note}` : ""),
      `Its ${times(other.sightings, "sighting moves", "sightings move")} to this hazard, which then has ${sum}.`,
      `This one stays ${into.state}.${named} Its place, times and counts are worked out anew.`,
      "The other becomes merged: it leaves list and plan, and its id leads here. That is for good; sightings can be split off again.",
    ].map((text) => element("li", { text })));
  }

  offer() { byId("merge").disabled = this.detail.busy || !this.#other; }

  async act() {
    if (byId("merge").disabled) return;
    const reason = byId("merge-reason").value.trim();
    if (!reason) {
      this.detail.say("Say why both are one hazard: the reason stays in the history of both.");
      return byId("merge-reason").focus();
    }
    const { hazard: { id }, etag } = this.#other;
    // The server compares the version of this one only.
    const before = async () => {
      const now = await oneHazard(id).catch((error) => error);
      if (now instanceof Error) return `Nothing was saved. The other: ${now.message}`;
      if (now.etag === etag) return "";
      if (byId("merge-other").value === id) await this.choose(id);
      return `The other hazard was changed meanwhile. It is ${now.hazard.state} now and nothing was saved: look at it, then decide again.`;
    };
    const done = (hazard) => [`Both are one hazard now, seen ${times(hazard?.sightings ?? 0, "time", "times")}.`];
    if (!await this.detail.send({ merge: [id] }, reason, done, before)) return;
    byId("merge-reason").value = "";
    const inside = byId("merge-box").contains(document.activeElement) || document.activeElement === document.body;
    byId("merge-box").open = false;
    if (inside) byId("merge-box").querySelector("summary").focus({ preventScroll: true });
  }
}
