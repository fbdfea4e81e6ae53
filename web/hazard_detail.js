// One hazard in full: picture, reason, figures, what may be decided, history. Decisions carry the ETag of what is shown.
import { oneHazard, setState } from "./hazard_api.js";
import { byId, element, times, when, where } from "./hazard_words.js";

// The state that an action leads to, by the state it starts from; what is missing is not offered. As in the server's review rules.
const LEADS = {
  confirm: { pending: "confirmed", dismissed: "confirmed", reopened: "confirmed" },
  dismiss: { pending: "dismissed", confirmed: "dismissed", reopened: "dismissed" },
  fix: { pending: "fixed", confirmed: "fixed", reopened: "fixed" },
  reopen: { fixed: "reopened", archived: "reopened", dismissed: "pending" },
};

export class HazardDetail {
  #id = null;
  #shown = null; // { hazard, etag, picture, pictureSaid }
  #busy = false;

  // on: { changed(), gone() }
  constructor(on) {
    this.on = on;
    byId("actor").value = localStorage.getItem("actor") ?? "";
    byId("actor").addEventListener("change", () => localStorage.setItem("actor", byId("actor").value.trim()));
    for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.act(button.dataset.act));
    byId("reason").addEventListener("keydown", (event) => { if (event.key === "Enter") this.act("dismiss"); });
  }

  get id() { return this.#id; }
  get words() { return this.#shown ? `${this.#shown.hazard.class_name}, ${this.#shown.hazard.state}` : ""; }

  // null: none is open.
  async open(id) {
    if (id !== this.#id) byId("reason").value = "";
    this.say("");
    if (id === null) return this.#close();
    this.#id = id;
    await this.load();
  }

  async load() {
    const id = this.#id;
    if (!id) return;
    try {
      const found = await oneHazard(id);
      if (id !== this.#id) return; // another was selected meanwhile
      this.#shown = found;
      this.#draw();
    } catch (error) {
      if (id !== this.#id) return;
      if (error.status === 404) {
        this.#close();
        this.on.gone();
      }
      this.say(error.message);
    }
  }

  say(text) {
    byId("detail-said").textContent = text;
    byId("detail-said").hidden = !text;
  }

  async act(action) {
    const to = LEADS[action][this.#shown?.hazard.state];
    if (!to || this.#busy) return;
    const reason = byId("reason").value.trim();
    if (to === "dismissed" && !reason) {
      this.say("Say why it is dismissed: the reason stays in its history.");
      byId("reason").focus();
      return;
    }
    this.#busy = true;
    this.#offer();
    try {
      await setState(this.#id, this.#shown.etag, to, reason, byId("actor").value.trim());
      byId("reason").value = "";
      await this.load();
      this.say(`It is ${to} now.`);
    } catch (error) {
      await this.load();
      this.say(error.status === 412
        ? "Someone else changed this hazard meanwhile. It was loaded again and nothing of yours was saved: look at it, then decide again."
        : error.message);
    } finally {
      this.#busy = false;
      this.#offer();
      this.on.changed();
    }
  }

  #close() {
    this.#id = null;
    this.#shown = null;
    byId("detail-body").hidden = true;
    byId("detail-hint").hidden = false;
    byId("detail-title").textContent = "No hazard selected";
  }

  #offer() {
    const state = this.#shown?.hazard.state;
    for (const button of document.querySelectorAll("[data-act]")) button.disabled = this.#busy || !LEADS[button.dataset.act][state];
  }

  #draw() {
    const { hazard, picture, pictureSaid } = this.#shown;
    byId("detail-title").replaceChildren(element("b", { text: hazard.class_name, data: { class: hazard.class_name } }),
      element("span", { text: hazard.state, className: "status", data: { state: hazard.state } }));
    byId("detail-body").hidden = false;
    byId("detail-hint").hidden = true;
    const image = byId("evidence");
    image.hidden = !picture;
    if (picture && image.getAttribute("src") !== picture) image.src = picture;
    if (!picture) image.removeAttribute("src");
    image.alt = picture ? `The ${hazard.class_name} in its best picture` : "";
    byId("evidence-said").textContent = pictureSaid;
    byId("why").textContent = hazard.reason;
    this.#facts(hazard);
    byId("history").replaceChildren(...[...hazard.history].reverse().map(historyLine));
    byId("sightings").replaceChildren(...hazard.sighting_list.map((sighting) => element("li", {
      text: `${when(sighting.first_seen)} · ${sighting.source} · ${times(sighting.hits, "picture", "pictures")}` +
        `${sighting.new_pass ? " · a pass of its own" : ""}. ${sighting.reason}`,
    })));
    this.#offer();
  }

  #facts(hazard) {
    const rows = [["Seen", `${times(hazard.sightings, "time", "times")} in ${times(hazard.passes, "pass", "passes")}`],
      ["First", when(hazard.first_seen)], ["Last", when(hazard.last_seen)], ["Position", where(hazard.location)]];
    if (hazard.location?.heading_deg != null) rows.push(["Heading", `${Math.round(hazard.location.heading_deg)}°`]);
    rows.push(["Best score", `${hazard.best.confidence.toFixed(2)} in frame ${hazard.best.frame_id || "–"}`],
      ["Model", hazard.model_version || "–"]);
    if (hazard.note) rows.push(["Note", hazard.note]);
    if (hazard.merged_into) rows.push(["Merged into", hazard.merged_into]);
    rows.push(["Id", hazard.id]);
    byId("facts").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", { text: name }), element("dd", { text: value })]));
  }
}

function historyLine({ at, actor, action, from, to, reason }) {
  const step = from && to && from !== to ? `${from} → ${to}` : to && action !== "created" ? to : action;
  const words = `${when(at)} · ${actor} · ${step}`;
  return element("li", { text: reason ? `${words}: ${reason}` : words });
}
