// How far the server's clock is ahead of this one, from pings with our time and pongs with the server's (the formula of NTP). Of the last
// few the one with the shortest round trip counts: its offset cannot be wrong by more than half of that. Times in epoch seconds.
const KEPT = 8;

export const epochSeconds = () => (performance.timeOrigin + performance.now()) / 1000;

export class ClockOffset {
  constructor() { this.kept = []; }

  // A pong that carries the `sent` of our ping; false for times that cannot be.
  add(pong, received) {
    const away = received - pong.sent;
    const inside = pong.sent_at - pong.received_at;
    if (!(away >= 0 && inside >= 0 && away - inside >= -5e-6)) return false;
    const offset = ((pong.received_at - pong.sent) + (pong.sent_at - received)) / 2;
    this.kept.push({ offsetMs: offset * 1000, roundTripMs: Math.max(0, away - inside) * 1000 });
    if (this.kept.length > KEPT) this.kept.shift();
    return true;
  }

  // { offsetMs, roundTripMs }, or null before the first pong.
  get estimate() {
    return this.kept.reduce((best, each) => (best && best.roundTripMs <= each.roundTripMs ? best : each), null);
  }
}
