// What the page shows, as its address says it: filters, order, page and the opened hazard. An address is a stranger's text: what does not
// have the form of its name is left out. What is as usual is not written.
const USUAL = { class: "", state: "", since: "", sort: "last_seen desc", text: "", page: 1, hazard: null };
const NAMES = { class: "class", state: "state", since: "since", sort: "order", text: "words", page: "page", hazard: "hazard" };
const PAGE_MOST = 1_000_000;
const TEXT_MOST = 100; // as the field of words
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isDay(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text); // no 31 February
}

// choices: { class: [...], state: [...], sort: [...] }, what may be chosen on the page. Returns { view, strange }: the view, whole, and
// the names in the address whose values were left out.
export function readAddress(search, choices) {
  const given = new URLSearchParams(search);
  const view = { ...USUAL };
  const strange = [];
  const takes = {
    class: (text) => (choices.class.includes(text) ? text : undefined),
    state: (text) => (choices.state.includes(text) ? text : undefined),
    since: (text) => (isDay(text) ? text : undefined),
    sort: (text) => (choices.sort.includes(text) ? text : undefined),
    text: (text) => (text.length <= TEXT_MOST && !/\p{Cc}/u.test(text) ? text.trim() : undefined),
    page: (text) => (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= PAGE_MOST ? Number(text) : undefined),
    hazard: (text) => (UUID.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
  };
  for (const [key, name] of Object.entries(NAMES)) {
    const text = given.get(name);
    if (text === null || text === "") continue;
    const value = takes[key](text);
    if (value === undefined) strange.push(name);
    else view[key] = value;
  }
  return { view, strange };
}

export function addressOf(view) {
  const query = new URLSearchParams();
  for (const [key, name] of Object.entries(NAMES)) if (view[key] !== USUAL[key]) query.set(name, view[key]);
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : "");
}

export const sameList = (one, other) => Object.keys(USUAL).every((key) => key === "hazard" || one[key] === other[key]);
