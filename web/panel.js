// Writes figures, verdict counts, hazards and states into the page.
import { drawThumbnail, labelOf } from "./overlay.js";

const HAZARDS_SHOWN = 12;
const WORDS = { idle: "READY", connecting: "CONNECTING", live: "LIVE", slow: "SLOW", reconnecting: "RECONNECTING", paused: "PAUSED" };
const KINDS = {
  results: "results", over_rate: "dropped: above the frame rate", superseded: "dropped: a newer frame came", stale: "dropped: too old",
  queue_full: "dropped: queue full", overloaded: "dropped: server overloaded", session_closed: "dropped: session closed",
};
const byId = (id) => document.getElementById(id);

export function showState(state) {
  byId("state").dataset.state = state;
  byId("state").textContent = WORDS[state];
}

export function showNotice(text) {
  byId("notice").textContent = text ?? "";
  byId("notice").hidden = !text;
}

export function showModel(welcome) {
  const { name, version, classes, input } = welcome.model;
  byId("model").textContent = `${name} ${version} · ${classes.join(", ")} · ${input.width} × ${input.height}`;
}

// Milliseconds of the server's clock ahead of ours; how long the wire takes there and back.
export function showClock(estimate) {
  byId("clock").textContent = estimate ? `${estimate.offsetMs < 0 ? "−" : "+"}${Math.abs(estimate.offsetMs).toFixed(1)}` : "–";
  byId("clock").title = estimate
    ? `The server's clock against this one, give or take ${(estimate.roundTripMs / 2).toFixed(1)} ms` +
      ` (ping ${estimate.roundTripMs.toFixed(1)} ms)`
    : "not known yet";
}

// What is sent less of than was asked, because the server suggested it.
export function showPace(asked, sending) {
  const words = [];
  if (sending.fps < asked.fps) words.push(`${sending.fps.toFixed(1)} frames a second`);
  if (sending.width < asked.width) words.push(`${sending.width} pixels wide`);
  if (sending.quality < asked.quality) words.push(`JPEG quality ${sending.quality}`);
  byId("pace").textContent = words.length > 0 ? `Sending ${words.join(", ")}: the server suggests it.` : "";
}

const REASONS = { late: "results came too late", slow: "fewer results than promised", room: "there is room again" };

export function showTreatment({ promised, input, every, predicted, reused, changes, reason, resumed }) {
  const frames = every === 1 ? "every frame" : `one frame in ${every}`;
  const words = {
    promised: promised === null ? "–" : promised === 0 ? "what there is room for" : `${promised.toFixed(1)} frames a second`,
    looks: input ? `${input.width} × ${input.height}, ${frames}` : "–",
    predicted: predicted.toLocaleString("en"),
    reused: reused.toLocaleString("en"),
    changes: changes === 0 ? "0" : `${changes}: ${REASONS[reason] ?? reason}`,
    resumed,
  };
  for (const [id, text] of Object.entries(words)) byId(id).textContent = text;
}

export function showFigures(meter, now) {
  const { rate, roundTrip, serverTime, captureToResult } = meter.figures(now);
  byId("rate").textContent = rate.toFixed(1);
  byId("round-trip").textContent = roundTrip === null ? "–" : Math.round(roundTrip);
  byId("server-time").textContent = serverTime === null ? "–" : Math.round(serverTime);
  byId("capture-to-result").textContent = captureToResult === null ? "–" : Math.round(captureToResult);
  byId("answered").textContent = meter.answered;
  byId("sent").textContent = meter.sent;
  byId("checked").textContent = meter.results.toLocaleString("en");
  showVerdicts(meter.verdicts);
}

function showVerdicts(verdicts) {
  const body = byId("verdicts").tBodies[0];
  const rows = verdicts.size === 0 ? [["results", 0]] : [...verdicts];
  rows.forEach(([kind, count], index) => {
    const row = body.rows[index] ?? body.insertRow();
    row.dataset.kind = kind;
    const [name, number] = row.cells.length === 2 ? row.cells : [row.insertCell(), row.insertCell()];
    name.textContent = KINDS[kind] ?? `error: ${kind.replaceAll("_", " ")}`;
    number.textContent = count.toLocaleString("en");
  });
  while (body.rows.length > rows.length) body.deleteRow(-1);
}

let hazards = 0;
export function showHazard(bitmap, detection) {
  hazards += 1;
  byId("hazard-count").textContent = hazards;
  byId("no-hazards").hidden = true;
  const item = document.createElement("li");
  const thumbnail = document.createElement("canvas");
  thumbnail.width = 168;
  thumbnail.height = 104;
  drawThumbnail(thumbnail, bitmap, detection.bbox);
  const words = document.createElement("div");
  const name = document.createElement("b");
  name.dataset.class = detection.class_name;
  name.textContent = labelOf(detection);
  const time = document.createElement("div");
  time.className = "quiet";
  time.textContent = new Date().toLocaleTimeString("en-GB");
  words.append(name, time);
  item.append(thumbnail, words);
  const list = byId("hazards");
  list.prepend(item);
  while (list.children.length > HAZARDS_SHOWN) list.lastElementChild.remove();
}
