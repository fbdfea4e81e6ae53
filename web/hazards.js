// The page of hazards: filters, list, plan and detail of what the server keeps, kept fresh by its events.
import { coverageLines, listHazards, model, placedHazards, setStates } from "./hazard_api.js";
import { HazardDetail } from "./hazard_detail.js";
import { HazardList } from "./hazard_list.js";
import { HazardPlan } from "./hazard_plan.js";
import { byId, element, times } from "./hazard_words.js";

const PAGE = 50;
const PLAN_MOST = 5000;        // more on one plan is a blot, and megabytes
const SETTLE_MS = 300;         // events come in bursts: one reload for all
const ALL_BUT_MERGED = "pending,confirmed,dismissed,fixed,reopened,archived";
const EXPORTS = ["geojson", "csv", "kml", "gpx"];

let page = 1;
let loading = 0;               // the last load that was begun; older answers are dropped
let settling = null;

const detail = new HazardDetail({ changed: () => reload() });
const list = new HazardList({ select, ticked: showTicked });
const plan = new HazardPlan(byId("plan"), (id) => select(id));

// As the server's query names them; what is left blank is not sent.
function filters() {
  const chosen = { state: byId("state").value || ALL_BUT_MERGED, classes: byId("class").value, text: byId("text").value.trim() };
  const since = byId("since").value; // a day of this place, sent as its instant
  if (since) chosen.date_from = new Date(`${since}T00:00:00`).toISOString();
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
}

const filtered = () => ["class", "state", "since", "text"].some((id) => byId(id).value.trim() !== "");

function showTrouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

function showExports() {
  const query = new URLSearchParams(filters());
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
  const from = (page - 1) * PAGE;
  byId("range").textContent = total === 0 ? "none" : `${from + 1}–${from + found.hazards.length} of ${total.toLocaleString("en")}`;
  byId("previous").disabled = page === 1;
  byId("next").disabled = from + found.hazards.length >= total;
  list.show(found.hazards);
  showNone(total);
  showTicked();
}

const asFeature = (hazard) => ({
  id: hazard.id,
  geometry: hazard.location && { coordinates: [hazard.location.longitude, hazard.location.latitude] },
  properties: { class: hazard.class_name, state: hazard.state, uncertainty_m: hazard.location?.uncertainty_m },
});

async function reload() {
  const mine = ++loading;
  const chosen = filters();
  const [sort_by, sort_order] = byId("sort").value.split(" ");
  try {
    const [found, lines] = await Promise.all([listHazards(chosen, { page, limit: PAGE, sort_by, sort_order }), coverageLines(chosen)]);
    if (mine !== loading) return;
    const { total, pages } = found.pagination;
    if (page > 1 && found.hazards.length === 0) { // what was on this page is gone
      page = Math.max(1, pages);
      return reload();
    }
    showPage(found);
    const features = total <= PLAN_MOST ? await placedHazards(chosen) : found.hazards.map(asFeature);
    if (mine !== loading) return;
    const placeless = features.filter((each) => !each.geometry).length;
    byId("plan-said").textContent = [
      total > PLAN_MOST ? `Only this page of the list: ${total.toLocaleString("en")} are too many for one plan.` : "",
      placeless > 0 ? `${times(placeless, "hazard has", "hazards have")} no position and stand in the list only.` : "",
    ].join(" ").trim();
    plan.show(features, lines);
    showTrouble("");
  } catch (error) {
    if (mine === loading) showTrouble(error.message);
  }
}

function filtersChanged() {
  page = 1;
  showExports();
  reload();
}

async function select(id, { keepFocus = false } = {}) {
  list.mark(id);
  plan.select(id);
  await detail.open(id);
  if (keepFocus) return;
  // Where the panels stand below one another the detail is out of sight.
  if (matchMedia("(max-width: 900px)").matches) byId("detail").scrollIntoView({ block: "start" });
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

function listen() {
  const events = new EventSource("/events");
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
  d: () => detail.act("dismiss"), f: () => detail.act("fix"), o: () => detail.act("reopen"), r: () => reload(),
  "/": () => byId("text").focus(), t: switchTheme,
};

setTheme(localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
byId("theme").addEventListener("click", switchTheme);
byId("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  filtersChanged();
});
for (const id of ["class", "state", "since", "sort", "text"]) byId(id).addEventListener("change", filtersChanged);
byId("previous").addEventListener("click", () => { page -= 1; reload(); });
byId("next").addEventListener("click", () => { page += 1; reload(); });
byId("tick-all").addEventListener("change", (event) => list.tickPage(event.target.checked));
for (const button of document.querySelectorAll("[data-bulk]")) button.addEventListener("click", () => decideTicked(button.dataset.bulk));
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

model().then(({ classes, class_names: names }) => {
  for (const name of names ?? (Array.isArray(classes) ? classes : Object.values(classes ?? {}))) {
    const option = element("option", { text: String(name) });
    option.value = String(name);
    byId("class").append(option);
  }
}).catch(() => {}); // without them the other filters still work
showExports();
reload();
listen();
