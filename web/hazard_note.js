// The note of the opened hazard. What is being written stays, whatever happens meanwhile: a change by someone else is told beside it.
import { byId } from "./hazard_words.js";

const NOTE_BYTES_MOST = 2000; // the server's

export class HazardNote {
  #id = null;
  #base = ""; // the note that the field started from

  constructor(detail) {
    this.detail = detail;
    byId("note-save").addEventListener("click", () => this.save());
    byId("note").addEventListener("input", () => this.offer());
    byId("note").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save();
    });
  }

  show({ id, note }) {
    const field = byId("note");
    const drafted = id === this.#id && field.value !== this.#base;
    const said = byId("note-said");
    if (!drafted) field.value = note;
    if (!drafted || field.value === note) said.textContent = "";
    else if (note !== this.#base) {
      said.textContent = note === "" ? "The note was taken away meanwhile. What you write here is not saved yet."
        : `The note was changed meanwhile to: “${note}”. Saving yours replaces it.`;
    }
    this.#id = id;
    this.#base = note;
  }

  offer() { byId("note-save").disabled = this.detail.busy || byId("note").value === this.#base; }

  async save() {
    const note = byId("note").value;
    if (note === this.#base) return;
    const bytes = new TextEncoder().encode(note).length;
    if (bytes > NOTE_BYTES_MOST) {
      byId("note-said").textContent = `This note has ${bytes} bytes; ${NOTE_BYTES_MOST} fit.`;
      return byId("note").focus();
    }
    await this.detail.send({ note }, "", () => [note === "" ? "The note is taken away; the history keeps it." : "The note is saved."]);
  }
}
