// Words and numbers of hazards for people, and elements that hold text only: nothing of a hazard ever becomes HTML.
export function element(tag, { text, className, data } = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  Object.assign(made.dataset, data ?? {});
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

export function when(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "–";
  return time.toLocaleString("en-GB", { year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit" });
}

// One moment where both are the same minute.
export function span(from, to) {
  const [first, last] = [when(from), when(to)];
  return first === last ? first : `${first} to ${last}`;
}

export const times = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export function where(location) {
  if (!location) return "no position";
  const { latitude, longitude, uncertainty_m: doubt } = location;
  const words = `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
  return Number.isFinite(doubt) ? `${words} ±\u00a0${doubt.toFixed(1)}\u00a0m` : words;
}

export function historyWords({ at, actor, action, from, to, reason }) {
  const step = from && to && from !== to ? `${from} → ${to}` : to && action !== "created" ? to : action;
  const words = `${when(at)} · ${actor} · ${step}`;
  return reason ? `${words}: ${reason}` : words;
}

// Metres between two places: an equirectangular step, right to a thousandth for what lies near.
export function metresBetween(one, other) {
  const turn = ((other.longitude - one.longitude + 540) % 360) - 180;
  const middle = (one.latitude + other.latitude) / 2 * Math.PI / 180;
  return Math.hypot(turn * Math.cos(middle), other.latitude - one.latitude) * 111_195;
}
