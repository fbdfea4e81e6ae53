// How the server treats the stream: what it promised, how closely it looks, what it moved on or used again, how often it was resumed.
// Pure counting, no page.
export class Treatment {
  constructor() {
    this.promised = null; // frames a second; null: not known yet
    this.input = null;    // { width, height } of the network that ran last
    this.every = 1;       // of so many frames one is looked at
    this.predicted = 0;   // results
    this.reused = 0;
    this.changes = 0;     // of quality
    this.reason = null;   // of the last change
    this.resumed = 0;     // connections
  }

  welcome({ type, granted_fps: promised }) {
    this.promised = promised;
    if (type === "session_resumed") this.resumed += 1;
  }

  heard(message) {
    if (message.type === "stats") this.promised = message.granted_fps;
    if (message.type === "quality_changed") {
      this.changes += 1;
      this.reason = message.reason;
    }
    if (message.type === "detection_result") this.#result(message.data);
  }

  #result({ quality, predicted, reused }) {
    this.every = quality.every;
    if (quality.input.width > 0) this.input = quality.input;
    if (predicted) this.predicted += 1;
    if (reused) this.reused += 1;
  }
}
