// One hazard in full: picture, reason, figures, what may be decided, history. Every change carries the ETag of what is shown.
import { change, oneHazard } from "./hazard_api.js";
import { HazardMerge } from "./hazard_merge.js";
import { HazardNote } from "./hazard_note.js";
import { HazardSplit } from "./hazard_split.js";
import { byId, element, historyWords, times, when, where } from "./hazard_words.js";
import { hidePicture, showPicture } from "./key.js";

// The states that an action may lead to; which of them it may be now, the server says (next_states).
const LEADS = { confirm: ["confirmed"], dismiss: ["dismissed"], fix: ["fixed"], reopen: ["reopened", "pending"], archive: ["archived"] };
const TITLE = document.title;
const UUID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

export class HazardDetail {
  #id = null;
  #shown = null; // { hazard, etag, picture, pictureSaid }
  #busy = false;

  // on: { changed(), gone(), shown(hazard or null), select(id), compare(id or null), listed() }
  constructor(on) {
    this.on = on;
    this.note = new HazardNote(this);
    this.merge = new HazardMerge(this);
    this.split = new HazardSplit(this);
    byId("actor").value = localStorage.getItem("actor") ?? "";
    byId("actor").addEventListener("change", () => localStorage.setItem("actor", byId("actor").value.trim()));
    for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.act(button.dataset.act));
    byId("detail-bar-close").addEventListener("click", () => {
      this.say("");
      byId("detail").focus({ preventScroll: true });
    });
    byId("reason").addEventListener("keydown", (event) => { if (event.key === "Enter") this.act("dismiss"); });
  }

  get id() { return this.#id; }
  get hazard() { return this.#shown?.hazard ?? null; }
  get busy() { return this.#busy; }

  // null: none is open.
  async open(id) {
    if (id !== this.#id) for (const each of ["reason", "merge-reason", "split-reason"]) byId(each).value = "";
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
      const same = this.hazard?.id === id && this.#shown.etag === found.etag;
      this.#shown = found;
      this.#drawPicture();
      if (!same) this.#draw(); // else whoever is in the middle of something here stays there
    } catch (error) {
      if (id !== this.#id) return;
      if (error.status === 404) {
        this.#close();
        this.on.gone();
      }
      this.say(error.message);
    }
  }

  // other: the id of a hazard that the words speak of.
  say(text, other = null) {
    byId("detail-said").replaceChildren(text, ...(other ? [" ", this.#link(other, "Open it")] : []));
    byId("detail-bar").hidden = !text;
  }

  async act(action) {
    const to = LEADS[action].find((state) => this.hazard?.next_states.includes(state));
    if (!to || this.#busy) return;
    const reason = byId("reason").value.trim();
    if (to === "dismissed" && !reason) {
      this.say("Say why it is dismissed: the reason stays in its history.");
      byId("reason").focus();
      return;
    }
    if (await this.send({ state: to }, reason, () => [`It is ${to} now.`])) byId("reason").value = "";
  }

  // Sends a change of what is shown, and shows what became of it. before: asked first; a sentence from it stops the change. done: what to
  // say of the hazard as it is then. Returns whether it was made.
  async send(asked, reason, done, before = async () => "") {
    if (this.#busy || !this.#shown) return false;
    const [id, etag, focused] = [this.#id, this.#shown.etag, document.activeElement];
    this.#busy = true;
    this.#offer();
    let said;
    let made = false;
    try {
      const stop = await before();
      if (stop) said = [stop];
      else {
        await change(id, etag, asked, reason, byId("actor").value.trim());
        made = true;
      }
      await this.load();
      said ??= done(this.hazard);
    } catch (error) {
      await this.load();
      said = [error.status === 412 ? this.#overtaken() : error.message];
    } finally {
      this.#busy = false;
      this.#offer();
    }
    if (id === this.#id) this.say(...said);
    else if (!made) this.say(`The change to the hazard before this one was not made: ${said[0]}`);
    if (document.activeElement === document.body && id === this.#id) this.#focusAgain(focused);
    this.on.changed();
    return made && id === this.#id;
  }

  // A button that was pressed and is no longer offered loses the focus.
  #focusAgain(focused) {
    const may = focused?.isConnected && !focused.disabled && focused.offsetParent !== null;
    (may ? focused : byId("detail")).focus({ preventScroll: true });
  }

  #overtaken() {
    const last = this.hazard?.history.at(-1);
    return "Someone else changed this hazard meanwhile. It was loaded again and nothing of yours was saved: " +
      "look at it, then decide again." + (last ? ` It is ${this.hazard.state}; the last change: ${historyWords(last)}` : "");
  }

  #close() {
    this.#id = null;
    this.#shown = null;
    byId("detail-body").hidden = true;
    byId("detail-hint").hidden = false;
    byId("detail-title").textContent = "No hazard selected";
    document.title = TITLE;
    this.merge.show(null);
    this.on.shown(null);
  }

  #offer() {
    const next = this.hazard?.next_states ?? [];
    for (const button of document.querySelectorAll("[data-act]"))
      button.disabled = this.#busy || !LEADS[button.dataset.act].some((state) => next.includes(state));
    for (const part of [this.note, this.merge, this.split]) part.offer();
  }

  #drawPicture() {
    const { hazard, picture, pictureSaid } = this.#shown;
    const image = byId("evidence");
    image.hidden = !picture;
    if (picture) showPicture(image, picture);
    if (!picture) hidePicture(image);
    image.alt = picture ? `The ${hazard.class_name} in its best picture` : "";
    byId("evidence-said").textContent = pictureSaid;
  }

  #draw() {
    const { hazard } = this.#shown;
    byId("detail-title").replaceChildren(element("b", { text: hazard.class_name, data: { class: hazard.class_name } }),
      element("span", { text: hazard.state, className: "status", data: { state: hazard.state } }));
    document.title = `${hazard.class_name}, ${hazard.state} – ${TITLE}`;
    byId("detail-body").hidden = false;
    byId("detail-hint").hidden = true;
    byId("why").textContent = hazard.reason;
    this.#facts(hazard);
    byId("history").replaceChildren(...[...hazard.history].reverse().map((entry) => {
      const words = historyWords(entry);
      const names = ["merged", "split", "created"].includes(entry.action); // the others hold what people wrote
      return element("li", {}, ...(names ? this.#linked(words) : [words]));
    }));
    for (const part of [this.note, this.merge, this.split]) part.show(hazard);
    this.#offer();
    this.on.shown(hazard);
  }

  // Words, with the first id in them leading to its hazard.
  #linked(words) {
    const [before, id, ...after] = words.split(UUID);
    return id && id !== this.#id ? [before, this.#link(id, id), after.join("")] : [words];
  }

  #link(id, words) {
    const button = element("button", { text: words, className: "link" });
    button.type = "button";
    button.addEventListener("click", () => this.on.select(id));
    return button;
  }

  #facts(hazard) {
    const rows = [["Seen", `${times(hazard.sightings, "time", "times")} in ${times(hazard.passes, "pass", "passes")}`],
      ["First", when(hazard.first_seen)], ["Last", when(hazard.last_seen)], ["Position", where(hazard.location)]];
    if (hazard.location?.heading_deg != null) rows.push(["Heading", `${Math.round(hazard.location.heading_deg)}°`]);
    rows.push(["Best score", `${hazard.best.confidence.toFixed(2)} in frame ${hazard.best.frame_id || "–"}`],
      ["Model", hazard.model_version || "–"]);
    if (hazard.note) rows.push(["Note", hazard.note]);
    if (hazard.merged_into) rows.push(["Merged into", this.#link(hazard.merged_into, hazard.merged_into)]);
    rows.push(["Id", hazard.id]);
    byId("facts").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", { text: name }), element("dd", {}, value)]));
  }
}
