// A plan drawn from the hazards' own coordinates, north up, in metres around their middle: no map and no server behind it.
// Drag moves, wheel and two fingers zoom, a click selects, arrow keys, plus, minus and 0 do the same.
const METRES_PER_DEGREE = 6371008.8 * Math.PI / 180; // the sphere of docs/hazards.md
const SCALE_MIN = 1e-5; // pixels a metre: a continent on a screen
const SCALE_MAX = 200;
const FIT_SCALE_MAX = 8; // one hazard alone is not blown up
const APART_PX = 40;     // two rings beside one another
const REACH_PX = 18;     // how near a click must be
const CLOSED = new Set(["dismissed", "fixed", "archived", "merged"]);

export class HazardPlan {
  #origin = null;      // [longitude, latitude] of (0, 0)
  #points = [];        // { id, kind, closed, x, y, doubt }
  #lines = [];         // { found, path: [[x, y], ...] }
  #view = { x: 0, y: 0, scale: 1 };
  #features = [];
  #fitted = false;     // the view was chosen once
  #opened = null;      // a feature; drawn also where the others do not hold it
  #selected = null;
  #compared = null;    // the one that may be the same defect as the selected one
  #pointers = new Map();
  #moved = false;
  #due = false;

  constructor(canvas, onSelect) {
    this.canvas = canvas;
    this.onSelect = onSelect;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.#up(event));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  // features: GeoJSON points of hazards; lines: GeoJSON of drives. The view stays once something was shown.
  show(features, lines) {
    this.#features = features;
    const first = features.find((each) => each.geometry)?.geometry.coordinates ?? firstOf(lines);
    this.#origin ??= first;
    if (!this.#origin) return this.redraw();
    this.#place();
    this.#lines = lines.flatMap(({ geometry, properties }) => partsOf(geometry)
      .map((part) => ({ found: !properties.nothing_found, path: part.map((each) => this.#metres(each)) })));
    if (!this.#fitted && first) this.fit();
    this.#fitted ||= Boolean(first);
    this.redraw();
  }

  // A GeoJSON point, or null: the opened hazard, which filters may leave out of the others.
  open(feature) {
    const another = feature !== null && feature.id !== this.#opened?.id;
    this.#opened = feature;
    this.#origin ??= feature?.geometry?.coordinates ?? null;
    if (this.#origin) this.#place();
    if (another && feature.id === this.#selected) this.select(feature.id);
    this.redraw();
  }

  select(id) {
    this.#selected = id;
    const point = this.#points.find((each) => each.id === id);
    if (point) {
      const [px, py] = this.#pixel(point.x, point.y);
      const { width, height } = this.#size();
      if (px < 20 || py < 20 || px > width - 20 || py > height - 20) Object.assign(this.#view, { x: point.x, y: point.y });
    }
    this.redraw();
  }

  // null: none. It gets a dashed ring; where both would lie on one another, the plan comes nearer.
  compare(id) {
    if (id === this.#compared) return;
    this.#compared = id;
    const [one, other] = [this.#selected, id].map((each) => this.#points.find((point) => point.id === each));
    const metres = one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
    if (metres > 0 && metres * this.#view.scale < APART_PX)
      this.#view = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, scale: Math.min(FIT_SCALE_MAX, 4 * APART_PX / metres) };
    this.redraw();
  }

  // Everything in view; the hazards alone where there are any.
  fit() {
    const spots = this.#points.length > 0 ? this.#points.map(({ x, y }) => [x, y]) : this.#lines.flatMap(({ path }) => path);
    if (spots.length === 0) return;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of spots) [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
    const { width, height } = this.#size();
    const scale = Math.min((width - 80) / Math.max(1, east - west), (height - 110) / Math.max(1, north - south));
    this.#view = { x: (west + east) / 2, y: (south + north) / 2, scale: Math.min(FIT_SCALE_MAX, Math.max(SCALE_MIN, scale)) };
    this.redraw();
  }

  // Around a point of the canvas; if none is given, around the selected hazard where it is in view, else around the middle.
  zoom(factor, px, py) {
    const { width, height } = this.#size();
    if (px === undefined) {
      const [x, y] = this.at(this.#selected) ?? [-1, -1];
      [px, py] = x >= 0 && y >= 0 && x <= width && y <= height ? [x, y] : [width / 2, height / 2];
    }
    const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, this.#view.scale * factor));
    const grow = 1 / this.#view.scale - 1 / scale;
    this.#view = { x: this.#view.x + (px - width / 2) * grow, y: this.#view.y - (py - height / 2) * grow, scale };
    this.redraw();
  }

  // Where a hazard is drawn, in pixels of the canvas; null when it is not.
  at(id) {
    const point = this.#points.find((each) => each.id === id);
    return point ? this.#pixel(point.x, point.y) : null;
  }

  redraw() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  #place() {
    const more = this.#opened && !this.#features.some(({ id }) => id === this.#opened.id) ? [this.#opened] : [];
    this.#points = [...this.#features, ...more].filter((each) => each.geometry).map(({ id, geometry, properties }) => {
      const [x, y] = this.#metres(geometry.coordinates);
      return { id, kind: properties.class, closed: CLOSED.has(properties.state), x, y, doubt: properties.uncertainty_m ?? 0 };
    });
  }

  #size() { return { width: this.canvas.clientWidth, height: this.canvas.clientHeight }; }

  #metres([longitude, latitude]) {
    const [longitude0, latitude0] = this.#origin;
    const turn = ((longitude - longitude0 + 540) % 360) - 180; // the shorter way, over the date line too
    return [turn * METRES_PER_DEGREE * Math.cos(latitude0 * Math.PI / 180), (latitude - latitude0) * METRES_PER_DEGREE];
  }

  #pixel(x, y) {
    const { width, height } = this.#size();
    return [width / 2 + (x - this.#view.x) * this.#view.scale, height / 2 - (y - this.#view.y) * this.#view.scale];
  }

  #shift(dx, dy) {
    this.#view.x -= dx / this.#view.scale;
    this.#view.y += dy / this.#view.scale;
    this.redraw();
  }

  #key(event) {
    const acts = {
      ArrowLeft: () => this.#shift(60, 0), ArrowRight: () => this.#shift(-60, 0), ArrowUp: () => this.#shift(0, 60),
      ArrowDown: () => this.#shift(0, -60), "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4),
      0: () => this.fit(),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  #down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    if (this.#pointers.size === 1) this.#moved = false;
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.offsetX, event.offsetY];
    if (this.#pointers.size === 2) {
      const other = [...this.#pointers].find(([id]) => id !== event.pointerId)[1];
      const spread = Math.hypot(before[0] - other[0], before[1] - other[1]);
      if (spread > 1) this.zoom(Math.hypot(now[0] - other[0], now[1] - other[1]) / spread, other[0], other[1]);
      this.#moved = true;
    } else {
      if (!this.#moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
      this.#moved = true;
      this.#shift(now[0] - before[0], now[1] - before[1]);
    }
    this.#pointers.set(event.pointerId, now);
  }

  #up(event) {
    const known = this.#pointers.delete(event.pointerId);
    if (!known || this.#moved || event.type === "pointercancel") return;
    let best = null;
    for (const point of this.#points) {
      const [px, py] = this.#pixel(point.x, point.y);
      const far = Math.hypot(px - event.offsetX, py - event.offsetY);
      if (far <= REACH_PX && (!best || far < best.far)) best = { far, id: point.id };
    }
    if (best) this.onSelect(best.id);
  }

  #draw() {
    const { width, height } = this.#size();
    const ratio = window.devicePixelRatio || 1;
    if (width === 0 || height === 0) return;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.fillStyle = colour("ground");
    pen.fillRect(0, 0, width, height);
    this.#drawLines(pen, colour);
    for (const point of this.#points) this.#drawDoubt(pen, colour, point);
    const above = [this.#compared, this.#selected];
    for (const point of this.#points) if (!above.includes(point.id)) this.#drawPoint(pen, colour, point);
    for (const one of above) for (const point of this.#points) if (point.id === one) this.#drawPoint(pen, colour, point);
    if (this.#origin) this.#drawScale(pen, colour, width, height);
  }

  #drawLines(pen, colour) {
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    for (const { found, path } of this.#lines) {
      pen.strokeStyle = colour("quiet");
      pen.globalAlpha = 0.5;
      pen.setLineDash(found ? [] : [8, 5]); // dashed: driven, and nothing was seen
      pen.beginPath();
      for (const [x, y] of path) pen.lineTo(...this.#pixel(x, y));
      pen.stroke();
    }
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  #drawDoubt(pen, colour, { id, x, y, doubt, kind }) {
    const radius = doubt * this.#view.scale;
    if (radius < 9) return;
    pen.globalAlpha = id === this.#selected ? 0.9 : 0.3;
    pen.strokeStyle = colourOf(kind, colour);
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(...this.#pixel(x, y), radius, 0, 2 * Math.PI);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  #drawPoint(pen, colour, { id, x, y, kind, closed }) {
    const [px, py] = this.#pixel(x, y);
    const chosen = id === this.#selected;
    const size = chosen ? 9 : 6;
    pen.beginPath();
    if (kind === "pothole") pen.arc(px, py, size, 0, 2 * Math.PI);
    else for (const [dx, dy] of kind === "crack" ? [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]] : [[0, -1.3], [1.2, 1], [-1.2, 1]])
      pen.lineTo(px + dx * size, py + dy * size);
    pen.closePath();
    pen.fillStyle = closed ? colour("ground") : colourOf(kind, colour);
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = closed ? colourOf(kind, colour) : colour("ground");
    pen.stroke();
    if (!chosen && id !== this.#compared) return;
    if (!chosen) pen.setLineDash([5, 4]);
    pen.strokeStyle = colour("ink");
    pen.beginPath();
    pen.arc(px, py, 16, 0, 2 * Math.PI);
    pen.stroke();
    pen.setLineDash([]);
  }

  // A bar of 1, 2 or 5 times a power of ten, at most 120 pixels long, and an arrow to the north.
  #drawScale(pen, colour, width, height) {
    const most = 120 / this.#view.scale;
    const power = 10 ** Math.floor(Math.log10(most));
    const metres = power * [5, 2, 1].find((each) => each * power <= most);
    const length = metres * this.#view.scale;
    const words = metres >= 1000 ? `${metres / 1000} km` : metres >= 1 ? `${metres} m` : `${Math.round(metres * 100)} cm`;
    pen.strokeStyle = pen.fillStyle = colour("ink");
    pen.lineWidth = 2;
    pen.font = "13px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.beginPath();
    for (const [x, y] of [[16, height - 26], [16, height - 18], [16 + length, height - 18], [16 + length, height - 26]]) pen.lineTo(x, y);
    pen.stroke();
    pen.fillText(words, 24, height - 25);
    pen.beginPath();
    for (const [x, y] of [[24, 14], [31, 34], [24, 29], [17, 34]]) pen.lineTo(x, y);
    pen.closePath();
    pen.fill();
    pen.textAlign = "center";
    pen.fillText("N", 24, 50);
    this.canvas.dataset.scale = words;
  }
}

const colourOf = (kind, colour) => colour(kind === "crack" ? "crack" : kind === "pothole" ? "pothole" : "ink");
const partsOf = (geometry) =>
  geometry?.type === "LineString" ? [geometry.coordinates] : geometry?.type === "MultiLineString" ? geometry.coordinates : [];
const firstOf = (lines) => lines.flatMap(({ geometry }) => partsOf(geometry)).find((part) => part.length > 0)?.[0] ?? null;
