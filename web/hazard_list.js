// The list of one page of hazards: rows with a tick each, by pointer and keyboard. Ticks outlive pages, filters do not change them.
import { byId, element, span, times, when, where } from "./hazard_words.js";

const TICKED_MAX = 500; // the bulk route's body is limited to 64 KiB

export class HazardList {
  #list = byId("list");
  #rows = [];
  #ticked = new Map(); // id -> version as it was shown
  #selected = null;
  #sought = null; // selected, but not on this page yet

  // on: { select(id), ticked() }
  constructor(on) {
    this.on = on;
    this.#list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.target.tagName !== "BUTTON") return;
      event.preventDefault();
      this.step(step);
    });
  }

  get rows() { return this.#rows; }

  get ticked() { return [...this.#ticked].map(([id, version]) => ({ id, version })); }

  show(hazards) {
    const focused = document.activeElement?.closest?.("#list li")?.dataset.id;
    const inTick = document.activeElement?.type === "checkbox";
    this.#rows = hazards;
    for (const { id, version } of hazards) if (this.#ticked.has(id)) this.#ticked.set(id, version);
    this.#list.replaceChildren(...hazards.map((hazard) => this.#row(hazard)));
    const row = focused && this.#item(focused);
    if (row) row.querySelector(inTick ? "input" : "button").focus({ preventScroll: true });
    this.mark(this.#selected);
  }

  // The selected one; it comes into sight once, by moving the list alone.
  mark(id) {
    this.#sought = id !== this.#selected ? id : this.#sought;
    this.#selected = id;
    for (const item of this.#list.children) {
      if (item.dataset.id === id) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    }
    const item = this.#sought && this.#item(this.#sought);
    if (!item) return;
    this.#sought = null;
    const [box, row] = [this.#list.getBoundingClientRect(), item.getBoundingClientRect()];
    if (row.top < box.top) this.#list.scrollTop -= box.top - row.top;
    else if (row.bottom > box.bottom) this.#list.scrollTop += row.bottom - box.bottom;
  }

  // The next or previous one becomes the selected one.
  step(by) {
    if (this.#rows.length === 0) return;
    const at = this.#rows.findIndex((hazard) => hazard.id === this.#selected);
    const next = this.#rows[at < 0 ? 0 : Math.min(this.#rows.length - 1, Math.max(0, at + by))];
    const item = this.#item(next.id);
    item.querySelector("button").focus();
    this.on.select(next.id, { stepping: true });
  }

  tick(id, on = !this.#ticked.has(id)) {
    const hazard = this.#rows.find((each) => each.id === id);
    if (!hazard) return;
    if (on && this.#ticked.size < TICKED_MAX) this.#ticked.set(id, hazard.version);
    else this.#ticked.delete(id);
    this.#item(id).querySelector("input").checked = this.#ticked.has(id);
    this.on.ticked();
  }

  tickPage(on) { for (const { id } of this.#rows) this.tick(id, on); }

  untick() {
    this.#ticked.clear();
    for (const box of this.#list.querySelectorAll("input")) box.checked = false;
    this.on.ticked();
  }

  get allTicked() { return this.#rows.length > 0 && this.#rows.every(({ id }) => this.#ticked.has(id)); }

  #item(id) { return [...this.#list.children].find((item) => item.dataset.id === id); }

  #row(hazard) {
    const box = element("input");
    box.type = "checkbox";
    box.checked = this.#ticked.has(hazard.id);
    box.setAttribute("aria-label", `Tick ${hazard.class_name}, last seen ${when(hazard.last_seen)}`);
    box.addEventListener("change", () => this.tick(hazard.id, box.checked));
    const head = element("span", { className: "head" }, element("b", { text: hazard.class_name, data: { class: hazard.class_name } }),
      element("span", { text: hazard.state, className: "status", data: { state: hazard.state } }));
    const seen = `seen ${times(hazard.sightings, "time", "times")} in ${times(hazard.passes, "pass", "passes")}`;
    const button = element("button", {}, head, element("span", { text: seen, className: "line" }),
      element("span", { text: span(hazard.first_seen, hazard.last_seen), className: "line" }),
      element("span", { text: where(hazard.location), className: "line" }));
    button.type = "button";
    button.addEventListener("click", () => this.on.select(hazard.id));
    return element("li", { data: { id: hazard.id } }, element("label", { className: "tick" }, box), button);
  }
}
