// What is sent: what the user asked for, lowered to what the server suggests in its results, and raised again, slowly, once it suggests
// so no more. Never above what was asked. The same as src/client/pace.hpp. Times in ms.
const RATE_HOLDS_MS = 3000;  // without a word from the server; then the rate creeps up
const RATE_RISE = 0.1;       // of the asked rate, a second
const SIZE_HOLDS_MS = 60000; // a size that suits is not mentioned again, so it stays this long

export class Pace {
  constructor() {
    this.follows = true;
    this.limits = {};
  }

  heard({ fps, width, jpeg_quality: quality }, now) {
    if (fps > 0) this.limits.fps = { value: Math.max(1, fps), at: now };
    if (width > 0) this.limits.width = { value: width, at: now };
    if (quality > 0) this.limits.quality = { value: quality, at: now };
  }

  // asked: { fps, width, quality }; the same, perhaps lower, and whether it is.
  sending(asked, now) {
    if (!this.follows) return { ...asked, lowered: false };
    const { fps, width, quality } = this.limits;
    const kept = (limit) => (limit && now - limit.at <= SIZE_HOLDS_MS ? limit.value : Infinity);
    const risen = fps ? fps.value + Math.max(0, now - fps.at - RATE_HOLDS_MS) / 1000 * RATE_RISE * asked.fps : Infinity;
    const sending = {
      fps: Math.min(asked.fps, risen), width: Math.min(asked.width, kept(width)), quality: Math.min(asked.quality, kept(quality)),
    };
    return { ...sending, lowered: sending.fps < asked.fps || sending.width < asked.width || sending.quality < asked.quality };
  }
}
