// The page of hazards: filters, list, plan and detail of what the server keeps, kept fresh by its events. What is shown stands in the
// page's address.
import { addressOf, readAddress, sameList } from "./hazard_address.js";
import { coverageLines, listHazards, model, placedHazards, setStates } from "./hazard_api.js";
import { HazardDetail } from "./hazard_detail.js";
import { HazardList } from "./hazard_list.js";
import { HazardPlan } from "./hazard_plan.js";
import { byId, element, times } from "./hazard_words.js";
import { key, ticketed } from "./key.js";

const PAGE = 50;
const PLAN_MOST = 5000;        // more on one plan is a blot, and megabytes
const EXPORT_MOST = 100_000;   // the server's
const LOOK_AGAIN_MS = 20_000; // at the opened one: events do not tell of every change to it
const SETTLE_MS = 300;         // events come in bursts: one reload for all
const ALL_BUT_MERGED = "pending,confirmed,dismissed,fixed,reopened,archived";
const EXPORTS = ["geojson", "csv", "kml", "gpx"];

let view = null;               // what the address says (hazard_address.js)
let loading = 0;               // the last load that was begun; older answers are dropped
let settling = null;

const detail = new HazardDetail({
  changed: () => reload(), gone, select, listed: () => list.rows, compare: (id) => plan.compare(id),
  shown: (hazard) => plan.open(hazard && asFeature(hazard)),
});
const list = new HazardList({ select, ticked: showTicked });
const plan = new HazardPlan(byId("plan"), (id) => select(id));

const FIELDS = ["class", "state", "since", "sort", "text"];
const choicesOf = (id) => [...byId(id).options].map((option) => option.value);
const formView = () => Object.fromEntries(FIELDS.map((id) => [id, byId(id).value.trim()]));
function fillForm() { for (const id of FIELDS) byId(id).value = view[id]; }

// Another view, and its address: a new step back, or in place of the one before.
function go(change, { replace = false } = {}) {
  view = { ...view, ...change };
  const address = addressOf(view);
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  byId("address-said").hidden = true;
}

// The view that the address asks for; what it asks for in vain is told and taken out of it.
function readView() {
  const found = readAddress(location.search, { class: choicesOf("class"), state: choicesOf("state"), sort: choicesOf("sort") });
  view = found.view;
  history.replaceState(null, "", addressOf(view));
  const names = found.strange.join(", ");
  byId("address-said").textContent = `The address of this page asks for something that is not there (${names}). The rest of it is shown.`;
  byId("address-said").hidden = names === "";
  fillForm();
}

// As the server's query names them; what is left blank is not sent.
function filters() {
  const chosen = { state: view.state || ALL_BUT_MERGED, classes: view.class, text: view.text };
  if (view.since) chosen.date_from = new Date(`${view.since}T00:00:00`).toISOString(); // a day of this place, sent as its instant
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
}

function order() {
  const [sort_by, sort_order] = view.sort.split(" ");
  return { sort_by, sort_order };
}

const filtered = () => ["class", "state", "since", "text"].some((key) => view[key] !== "");

function showTrouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

function showExports() {
  const query = new URLSearchParams({ ...filters(), ...order() });
  for (const format of EXPORTS) byId(`export-${format}`).href = `/reports.${format}?${query}`;
}

// What to do where there is nothing to show.
function showNone(total) {
  const box = byId("none");
  box.hidden = total > 0;
  byId("bulk").hidden = total === 0 && list.ticked.length === 0;
  if (total > 0) return box.replaceChildren();
  if (filtered()) {
    const clear = element("button", { text: "Clear the filters" });
    clear.type = "button";
    clear.addEventListener("click", () => {
      for (const id of ["class", "state", "since", "text"]) byId(id).value = "";
      byId("class").focus(); // this button goes
      filtersChanged();
    });
    return box.replaceChildren(element("p", { text: "No hazard fits these filters." }), clear);
  }
  const live = element("a", { text: "live page" });
  live.href = "/";
  box.replaceChildren(element("p", { text: "No hazards are kept yet." }),
    element("p", { className: "quiet" }, "Point a camera at a road on the ", live,
      ", let phones stream to this server (with their position, so that hazards lie on the plan), or import a recorded drive",
      " while the server is stopped: ",
      element("code", { text: "hazardstream import drive.mp4 --gpx drive.gpx" }), ". What is found appears here by itself."));
}

function showPage(found) {
  const { total } = found.pagination;
  const from = (view.page - 1) * PAGE;
  byId("range").textContent = total === 0 ? "none" : `${from + 1}–${from + found.hazards.length} of ${total.toLocaleString("en")}`;
  byId("previous").disabled = view.page === 1;
  byId("next").disabled = from + found.hazards.length >= total;
  byId("exports-said").textContent = total > EXPORT_MOST ? `Each file holds the first ${EXPORT_MOST.toLocaleString("en")}.` : "";
  list.show(found.hazards);
  showNone(total);
  showTicked();
}

const asFeature = ({ id, location: place, class_name: kind, state }) => ({
  id, geometry: place && { coordinates: [place.longitude, place.latitude] },
  properties: { class: kind, state, uncertainty_m: place?.uncertainty_m },
});

function showOnPlan(features, { lines, truncated }, total) {
  const number = (count) => count.toLocaleString("en");
  byId("plan-limit").hidden = total <= PLAN_MOST;
  byId("plan-limit").textContent = total <= PLAN_MOST ? ""
    : `The plan shows ${number(PLAN_MOST)} of ${number(total)} hazards: the first in the order of the list. Filter to see the others.`;
  const placeless = features.filter((each) => !each.geometry).length;
  const said = placeless === 0 ? []
    : [`${times(placeless, "hazard has", "hazards have")} no position and ${placeless === 1 ? "stands" : "stand"} in the list only.`];
  if (truncated) said.push(`Of the drives the plan shows the newest ${number(lines.length)} lines.`);
  byId("plan-said").textContent = said.join(" ");
  plan.show(features, lines);
}

async function reload() {
  const mine = ++loading;
  const [chosen, sorted] = [filters(), order()];
  try {
    const [found, lines] = await Promise.all([listHazards(chosen, { page: view.page, limit: PAGE, ...sorted }), coverageLines(chosen)]);
    if (mine !== loading) return;
    const { total, pages } = found.pagination;
    if (view.page > 1 && found.hazards.length === 0) { // what was on this page is gone
      go({ page: Math.max(1, pages) }, { replace: true });
      return await reload();
    }
    showPage(found);
    const features = await placedHazards({ ...chosen, ...sorted, most: PLAN_MOST });
    if (mine !== loading) return;
    showOnPlan(features, lines, total);
    showTrouble("");
  } catch (error) {
    if (mine === loading) showTrouble(error.message);
  }
}

function filtersChanged() {
  go({ ...formView(), page: 1 });
  showExports();
  return reload();
}

function turnPage(by) {
  go({ page: view.page + by });
  return reload();
}

// stepping: from row to row by keys. The focus stays there, and a row of steps is one step back.
function select(id, { stepping = false } = {}) {
  go({ hazard: id }, { replace: stepping && view.hazard !== null });
  return showHazard({ stay: stepping });
}

// The opened one was erased, or never was.
function gone() {
  go({ hazard: null }, { replace: true });
  list.mark(null);
  plan.select(null);
}

async function showHazard({ stay = false } = {}) {
  const id = view.hazard;
  list.mark(id);
  plan.select(id);
  await detail.open(id);
  if (stay || id === null || view.hazard !== id) return;
  // Where the panels stand below one another the detail is out of sight.
  if (matchMedia("(max-width: 900px)").matches) byId("detail").scrollIntoView({ block: "start" });
}

// Back and forward.
function walked() {
  const before = view;
  readView();
  if (!sameList(before, view)) {
    showExports();
    reload();
  }
  if (before.hazard !== view.hazard) showHazard();
}

function showTicked() {
  const count = list.ticked.length;
  byId("ticked").textContent = count === 0 ? "Tick all on this page" : `${times(count, "hazard", "hazards")} ticked`;
  byId("bulk-tools").hidden = count === 0;
  byId("tick-all").checked = list.allTicked;
}

async function decideTicked(state) {
  if (!state) return list.untick();
  const reason = byId("bulk-reason").value.trim();
  const said = byId("bulk-said");
  if (state === "dismissed" && !reason) {
    said.textContent = "Say why they are dismissed: the reason stays in their history.";
    return byId("bulk-reason").focus();
  }
  const buttons = document.querySelectorAll("[data-bulk]");
  for (const button of buttons) button.disabled = true;
  try {
    const outcome = await setStates(list.ticked, state, reason, byId("actor").value.trim());
    const refused = outcome.results.filter((one) => one.outcome === "refused");
    const why = [...new Set(refused.map((one) => one.detail))].slice(0, 3).join(" ");
    said.textContent = `${outcome.changed} changed, ${outcome.unchanged} were so before, ${outcome.refused} refused. ${why}`.trim();
    byId("bulk-reason").value = "";
    list.untick();
  } catch (error) {
    said.textContent = error.message;
  } finally {
    for (const button of buttons) button.disabled = false;
    reload();
    detail.load();
  }
}

async function listen() {
  const events = new EventSource(await ticketed("/events"));
  const line = byId("live");
  const show = (state, text) => {
    line.dataset.state = state;
    line.textContent = text;
  };
  events.addEventListener("open", () => {
    if (line.dataset.state === "lost") {
      reload(); // whatever happened meanwhile
      detail.load();
    }
    show("live", "live");
  });
  events.addEventListener("error", () => {
    show("lost", "Connection lost: what you see may be old. Trying again.");
    // A refusal ends an event stream for good; a lost connection it mends itself.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
  events.addEventListener("message", ({ data }) => {
    const { type, report, reportId } = JSON.parse(data);
    if (!["new_report", "report_updated", "report_deleted"].includes(type)) return;
    if ((report?.id ?? reportId) === detail.id) detail.load();
    settling ??= setTimeout(() => {
      settling = null;
      reload();
    }, SETTLE_MS);
  });
  addEventListener("pagehide", () => events.close(), { once: true });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  plan.redraw();
}
const switchTheme = () => setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light");

const KEYS = {
  j: () => list.step(1), k: () => list.step(-1), x: () => detail.id && list.tick(detail.id), c: () => detail.act("confirm"),
  d: () => detail.act("dismiss"), f: () => detail.act("fix"), o: () => detail.act("reopen"), a: () => detail.act("archive"),
  r: () => { reload(); detail.load(); }, Escape: () => view.hazard && select(null), "/": () => byId("text").focus(), t: switchTheme,
};

setTheme(localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
byId("theme").addEventListener("click", switchTheme);
byId("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  filtersChanged();
});
for (const id of FIELDS) byId(id).addEventListener("change", filtersChanged);
byId("previous").addEventListener("click", () => turnPage(-1));
byId("next").addEventListener("click", () => turnPage(1));
byId("tick-all").addEventListener("change", (event) => list.tickPage(event.target.checked));
for (const button of document.querySelectorAll("[data-bulk]")) button.addEventListener("click", () => decideTicked(button.dataset.bulk));
byId("exports").addEventListener("click", async (event) => {
  const link = event.target.closest("a");
  if (!link || !key()) return;
  event.preventDefault(); // a download sends no key
  location.href = await ticketed(link.href);
});
byId("zoom-in").addEventListener("click", () => plan.zoom(1.4));
byId("zoom-out").addEventListener("click", () => plan.zoom(1 / 1.4));
byId("fit").addEventListener("click", () => plan.fit());
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

// For tests and people who automate the page: hazardPlan.at(id) is the place of a hazard on the canvas.
window.hazardPlan = plan;

// The classes come first: an address may name one. Without them the other filters still work.
async function start() {
  const { classes, class_names: names } = await model().catch(() => ({}));
  for (const name of names ?? (Array.isArray(classes) ? classes : Object.values(classes ?? {}))) {
    const option = element("option", { text: String(name) });
    option.value = String(name);
    byId("class").append(option);
  }
  readView();
  addEventListener("popstate", walked);
  addEventListener("pageshow", ({ persisted }) => { // back from another page, out of the browser's memory: what was heard ended there
    if (!persisted) return;
    listen();
    reload();
    detail.load();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    reload();
    detail.load();
  });
  setInterval(() => { if (!document.hidden) detail.load(); }, LOOK_AGAIN_MS);
  showExports();
  listen();
  await reload();
  if (view.hazard) await showHazard();
}
start();
