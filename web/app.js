// The page: takes frames from a source by the clock, sends them, draws each answered frame with its own boxes.
import { DetectionStream } from "./stream.js";
import { CameraSource, DriveSource } from "./sources.js";
import { drawFrame } from "./overlay.js";
import { Meter } from "./meter.js";
import { Pace } from "./pace.js";
import { Treatment } from "./treatment.js";
import { showClock, showFigures, showHazard, showModel, showNotice, showPace, showState, showTreatment } from "./panel.js";

const IN_FLIGHT_MAX = 2;     // one worked on, one waiting: more would only grow old
const KEPT_FRAMES_MAX = 8;   // bitmaps waiting for their verdict
const SLOW_ROUND_TRIP_MS = 700;
const JPEG_QUALITY = 80;     // of camera pictures
const byId = (id) => document.getElementById(id);

const meter = new Meter();
const pace = new Pace();
const treatment = new Treatment();
const frames = new Map();    // frame number -> { bitmap, sentAt, capturedAt }
let source = null;
let stream = null;
let number = 0;
let state = "idle";
let wakeLock = null;

function setState(next) {
  state = next;
  showState(next);
}

function takeVerdict(message, receivedAt) {
  const label = message.data?.frame_id ?? message.frame_id;
  const frame = frames.get(Number(label));
  if (!frame) return;
  frames.delete(Number(label));
  if (message.type === "detection_result") {
    const roundTrip = receivedAt - frame.sentAt;
    meter.result(receivedAt, roundTrip, message.data.processing_time_ms, Date.now() - frame.capturedAt);
    if (message.data.suggest) pace.heard(message.data.suggest, receivedAt);
    byId("empty").hidden = true;
    drawFrame(byId("picture"), frame.bitmap, message.data.detections);
    for (const detection of message.data.detections) if (detection.is_new) showHazard(frame.bitmap, detection);
    if (state !== "paused") setState(roundTrip > SLOW_ROUND_TRIP_MS ? "slow" : "live");
  } else {
    meter.verdict(message.type === "frame_dropped" ? message.reason : message.code);
  }
  frame.bitmap.close();
}

const listener = {
  state(word) {
    if (word === "reconnecting") {
      for (const frame of frames.values()) frame.bitmap.close();
      frames.clear();
      if (state !== "paused") setState("reconnecting");
    }
    if (word === "connecting" && state === "idle") setState("connecting");
  },
  welcome(message) {
    showModel(message);
    treatment.welcome(message);
    showNotice("");
  },
  message(message, receivedAt) {
    treatment.heard(message);
    if (message.type === "session_closing") showNotice(`The server closes the stream (${message.reason}).`);
    if (message.seq !== undefined || message.data?.seq !== undefined) takeVerdict(message, receivedAt);
  },
};

// What the controls and the source ask for; the server's hints may lower it.
const asked = () => ({ fps: Number(byId("fps").value), width: source?.width ?? 0, quality: JPEG_QUALITY });

async function sendNext() {
  const { picture, bitmap, capturedAt } = await source.grab(pace.sending(asked(), performance.now()));
  if (!stream?.ready || state === "paused") return bitmap.close();
  number += 1;
  frames.set(number, { bitmap, sentAt: performance.now(), capturedAt });
  stream.send(number, capturedAt, picture);
  meter.frameSent();
  while (frames.size > KEPT_FRAMES_MAX) {
    const [oldest, frame] = frames.entries().next().value;
    frame.bitmap.close();
    frames.delete(oldest);
  }
}

// One loop for the whole life of the page: when a frame is due and there is room for it, it is taken and sent.
async function pump() {
  const startedAt = performance.now();
  if (source && stream?.ready && state !== "paused" && frames.size < IN_FLIGHT_MAX) {
    try {
      await sendNext();
    } catch (error) {
      showNotice(error.message);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  const interval = 1000 / pace.sending(asked(), startedAt).fps;
  setTimeout(pump, Math.max(4, interval - (performance.now() - startedAt)));
}

async function play(next, button) {
  source?.stop();
  source = null;
  try {
    await next.start();
  } catch (error) {
    const refused = error.name === "NotAllowedError";
    showNotice(refused ? "The camera was not allowed. Allow it in the browser’s address bar and try again." : error.message);
    return;
  }
  showNotice("");
  source = next;
  for (const each of ["play", "camera"]) byId(each).classList.toggle("primary", byId(each) === button);
  byId("play").textContent = next instanceof DriveSource ? "Pause" : "Play the drive";
  byId("camera").textContent = next instanceof CameraSource ? "Pause" : "Use the camera";
  if (!stream) {
    const config = { fps_limit: byId("fps").value, confidence_threshold: byId("confidence").value, fields: "lean" };
    stream = new DetectionStream(config, listener);
    stream.open();
  }
  setState("connecting");
  wakeLock = await navigator.wakeLock?.request("screen").catch(() => null);
}

function pause() {
  setState("paused");
  wakeLock?.release();
  byId(source instanceof DriveSource ? "play" : "camera").textContent = "Go on";
}

async function goOn() {
  const button = byId(source instanceof DriveSource ? "play" : "camera");
  if (source instanceof DriveSource) await source.start();
  button.textContent = "Pause";
  setState("connecting");
}

function toggle(kind, button) {
  const playing = source instanceof kind;
  if (!playing) return play(new kind(), button);
  return state === "paused" ? goOn() : pause();
}

function applySettings() {
  byId("fps-shown").textContent = byId("fps").value;
  byId("confidence-shown").textContent = Number(byId("confidence").value).toFixed(2);
  stream?.update({ fps_limit: Number(byId("fps").value), confidence_threshold: Number(byId("confidence").value) });
}

function nudge(id, step) {
  const input = byId(id);
  input.value = Number(input.value) + step;
  applySettings();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}
const switchTheme = () => setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light");

const KEYS = {
  " ": () => (source instanceof CameraSource ? toggle(CameraSource, byId("camera")) : toggle(DriveSource, byId("play"))),
  c: () => toggle(CameraSource, byId("camera")),
  d: () => toggle(DriveSource, byId("play")),
  h: () => byId("follow").click(),
  t: switchTheme,
  ArrowUp: () => nudge("fps", 1),
  ArrowDown: () => nudge("fps", -1),
  ArrowRight: () => nudge("confidence", 0.05),
  ArrowLeft: () => nudge("confidence", -0.05),
};

setTheme(localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
byId("play").addEventListener("click", () => toggle(DriveSource, byId("play")));
byId("camera").addEventListener("click", () => toggle(CameraSource, byId("camera")));
byId("theme").addEventListener("click", switchTheme);
for (const id of ["fps", "confidence"]) byId(id).addEventListener("input", applySettings);
document.addEventListener("keydown", (event) => {
  const takesKeys = event.target.matches("input, summary") || (event.key === " " && event.target.matches("button"));
  if (takesKeys || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
byId("confidence-shown").textContent = Number(byId("confidence").value).toFixed(2);

fetch("/health").then((reply) => reply.json()).then((health) => {
  if (health.model_status !== "ready") byId("model").textContent = "the model is still loading";
  else byId("model").textContent = "ready";
}).catch(() => showNotice("The server does not answer."));
byId("follow").addEventListener("change", () => { pace.follows = byId("follow").checked; });

function showAll() {
  const now = performance.now();
  showFigures(meter, now);
  showTreatment(treatment);
  showClock(stream?.clock.estimate);
  showPace(asked(), pace.sending(asked(), now));
}
setInterval(showAll, 250);
showAll();
pump();
