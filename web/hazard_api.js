// What the page of hazards asks the server; every refusal becomes one Refused with a sentence for people.
import { authorization, heard } from "./key.js";

const OFFLINE = "The server does not answer. Is it running, and is this device connected?";
const SENTENCES = {
  401: "This server shows hazards only to those who have a key.",
  403: "The server refuses this: the key lacks the right, or the page was opened under an address the server does not know.",
  404: "This hazard is gone: it was erased, or its time was over.",
  501: "This server keeps no hazards.",
  503: "The server has too much to do at the moment. Try again in a few seconds.",
};

export class Refused extends Error {
  // status 0: no answer came. detail: what the server said, if anything.
  constructor(status, detail) {
    super(SENTENCES[status] ?? (status === 0 ? OFFLINE : `The server refused: ${detail || `status ${status}`}`));
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let reply;
  try {
    const headers = { Accept: "application/json", ...authorization(), ...options.headers };
    reply = await fetch(path, { headers, method: options.method, body: options.body });
  } catch {
    throw new Refused(0, "");
  }
  const body = await reply.json().catch(() => null);
  heard(reply.status);
  if (!reply.ok) throw new Refused(reply.status, typeof body?.detail === "string" ? body.detail : "");
  if (body === null) throw new Refused(reply.status, "the answer is no JSON");
  return { body, etag: reply.headers.get("ETag") };
}

const asJson = (method, value, headers = {}) =>
  ({ method, body: JSON.stringify(value), headers: { "Content-Type": "application/json", ...headers } });

// At most so many bytes of UTF-8, no character cut: the server cuts names by bytes.
function cut(text, bytes) {
  let kept = "";
  const encoder = new TextEncoder();
  for (const character of text) {
    if (encoder.encode(kept + character).length > bytes) break;
    kept += character;
  }
  return kept;
}

export const listHazards = async (filters, paging) => (await ask(`/hazards?${new URLSearchParams({ ...filters, ...paging })}`)).body;
export const placedHazards = async (filters) => (await ask(`/reports.geojson?${new URLSearchParams(filters)}`)).body.features;

// Those within about so many metres of a place, at most a hundred, merged ones left out.
export async function hazardsAround({ latitude, longitude }, metres) {
  const up = metres / 111_195;
  const aside = Math.min(90, up / Math.max(0.01, Math.cos(latitude * Math.PI / 180)));
  const round = (degrees) => ((degrees + 540) % 360) - 180; // over the date line west is greater than east, as the server takes it
  const sides = [Math.max(-90, latitude - up), round(longitude - aside), Math.min(90, latitude + up), round(longitude + aside)];
  return (await listHazards({ location_bounds: sides.map((side) => side.toFixed(7)).join(",") }, { limit: 100 })).hazards;
}

export const model = async () => (await ask("/detect/model/info")).body;

// Lines of drives, of the same span of time as the list: the newest, and whether there are older ones that were left out.
export async function coverageLines(filters) {
  const span = filters.date_from ? { date_from: filters.date_from } : {};
  const { features, truncated = false } = (await ask(`/coverage.geojson?${new URLSearchParams(span)}`)).body;
  return { lines: features, truncated };
}

// A hazard with history, its ETag, and the address of its picture or null: asked first, so that a picture that is not there or not
// for us is no error of the page.
export async function oneHazard(id) {
  const [{ body, etag }, report] = await Promise.all([ask(`/hazards/${encodeURIComponent(id)}`), picture(id)]);
  return { hazard: body, etag, ...report };
}

async function picture(id) {
  try {
    const { body } = await ask(`/reports/${encodeURIComponent(id)}`);
    if (!body.image) return { picture: null, pictureSaid: "No picture is kept of it." };
    return { picture: `/report/plot/${encodeURIComponent(id)}`, pictureSaid: "Best picture, with the box of the model" };
  } catch (error) {
    const barred = error.status === 401 || error.status === 403;
    return { picture: null, pictureSaid: barred ? "You may not see its picture." : "It has no picture." };
  }
}

// asked: one of { state }, { note }, { merge: [ids] }, { split: [ids of sightings] }.
export const change = (id, etag, asked, reason, actor) =>
  ask(`/hazards/${encodeURIComponent(id)}`,
    asJson("PATCH", { ...asked, reason, ...(actor ? { actor: cut(actor, 64) } : {}) }, { "If-Match": etag }));

// ids: [{id, version}]
export const setStates = async (ids, state, reason, actor) =>
  (await ask("/hazards/review", asJson("POST", { ids, state, reason, ...(actor ? { actor: cut(actor, 64) } : {}) }))).body;
