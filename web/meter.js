// The page's figures: results a second, round trip, verdicts by kind. Pure counting, no page.

const WINDOW_MS = 3000;

export class Meter {
  constructor() {
    this.sent = 0;
    this.verdicts = new Map(); // "results", a drop reason or an error code -> count
    this.recent = [];          // [when, round trip, server time, capture to result] of results in the window
  }

  frameSent() { this.sent += 1; }

  verdict(kind) { this.verdicts.set(kind, (this.verdicts.get(kind) ?? 0) + 1); }

  result(now, roundTrip, serverTime, captureToResult) {
    this.verdict("results");
    this.recent.push([now, roundTrip, serverTime, captureToResult]);
  }

  get answered() { return [...this.verdicts.values()].reduce((sum, count) => sum + count, 0); }
  get results() { return this.verdicts.get("results") ?? 0; }

  figures(now) {
    this.recent = this.recent.filter(([when]) => now - when <= WINDOW_MS);
    return {
      rate: this.recent.length / (WINDOW_MS / 1000),
      roundTrip: median(this.recent.map((row) => row[1])),
      serverTime: median(this.recent.map((row) => row[2])),
      captureToResult: median(this.recent.map((row) => row[3])),
    };
  }
}

export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
