// A chart in SVG that is drawn anew at every frame and keeps its nodes: what a drawing does not mention disappears.
L.uniforms = (seed) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

// At most `count` round numbers between lo and hi.
L.ticks = (lo, hi, count) => {
  const rough = (hi - lo) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999), out = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
};

L.number = (v, digits = 2) => (Number.isFinite(v) ? (v < 0 && Number(v.toFixed(digits)) !== 0 ? "−" : "") + Math.abs(v).toFixed(digits) : "∞");

// options: title, sub (one line on the right of the title), xlabel, ylabel, margin {l, r, t, b}
L.Chart = class {
  constructor(host, options = {}) {
    Object.assign(this, { margin: { l: 46, r: 14, t: 8, b: 38 }, xticks: 7, yticks: 4, options });
    Object.assign(this.margin, options.margin || {});
    this.node = L.el("section", "ppo-chart");
    const head = L.el("header");
    this.title = L.el("h4", "", options.title || ""); this.sub = L.el("small", "", options.sub || "");
    head.append(this.title, this.sub);
    this.body = L.el("div", "ppo-chart-body");
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("role", "img");
    // Curves end at the frame of the plot; text and dots may stand on it.
    this.clip = "ppo-clip-" + (L.clips = (L.clips || 0) + 1);
    this.frame = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const clip = document.createElementNS("http://www.w3.org/2000/svg", "clipPath");
    clip.id = this.clip; clip.append(this.frame); this.svg.append(clip);
    this.body.append(this.svg);
    this.node.append(head, this.body);
    host.append(this.node);
    L.saveButtons(this.body, options.title || "the figure", (format) => this.save(format));
    this.nodes = new Map();
    this.handles = [];
  }

  // Text for those who do not see the chart: what it shows now.
  describe(words) { if (words !== this.words) this.svg.setAttribute("aria-label", (this.words = words)); }

  // The chart as a file: drawn once more on light paper, read off, and drawn again as it was.
  save(format) {
    const inst = this.node.closest(".ppo-lesson").inst, kept = inst.theme, title = this.title.textContent;
    const path = location.pathname.split("/").pop().replace(/^learn-/, "").replaceAll("-", " "), lesson = path.charAt(0).toUpperCase() + path.slice(1);
    inst.theme = L.paper(kept.font); L.drawLesson(inst);
    const saved = L.saveSvg(this.svg, title, [this.sub.textContent, lesson].filter(Boolean).join(" · "), [lesson, title], format);
    inst.theme = kept; L.drawLesson(inst);
    return saved;
  }

  // Begins a drawing on these ranges; false while there is no room for one.
  begin(x, y, theme) {
    const w = this.body.clientWidth, h = this.body.clientHeight;
    if (w < 40 || h < 40) return false;
    Object.assign(this, { x, y, w, h, t: theme, serial: (this.serial || 0) + 1, order: 0 });
    if (this.size !== w + "x" + h) { this.size = w + "x" + h; this.svg.setAttribute("viewBox", `0 0 ${w} ${h}`); this.svg.setAttribute("width", w); this.svg.setAttribute("height", h);
      const { l, r, t, b } = this.margin, box = { x: l - 2, y: t - 2, width: w - l - r + 4, height: h - t - b + 4 };
      for (const [name, value] of Object.entries(box)) this.frame.setAttribute(name, Math.max(0, value)); }
    return true;
  }

  sx(x) { return this.margin.l + ((x - this.x[0]) / (this.x[1] - this.x[0])) * (this.w - this.margin.l - this.margin.r); }
  sy(y) { return this.h - this.margin.b - ((y - this.y[0]) / (this.y[1] - this.y[0])) * (this.h - this.margin.t - this.margin.b); }
  ix(px) { return this.x[0] + ((px - this.margin.l) / (this.w - this.margin.l - this.margin.r)) * (this.x[1] - this.x[0]); }
  iy(py) { return this.y[0] + ((this.h - this.margin.b - py) / (this.h - this.margin.t - this.margin.b)) * (this.y[1] - this.y[0]); }

  put(key, tag, attributes, text) {
    let entry = this.nodes.get(key);
    if (!entry) {
      entry = { node: document.createElementNS("http://www.w3.org/2000/svg", tag), seen: {} };
      this.nodes.set(key, entry);
      this.svg.append(entry.node);
    }
    if (entry.hidden) { entry.node.style.display = ""; entry.hidden = false; }
    entry.serial = this.serial;
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || entry.seen[name] === value) continue;
      entry.node.setAttribute(name, (entry.seen[name] = value));
    }
    if (text !== undefined && entry.text !== text) entry.node.textContent = entry.text = text;
    return entry.node;
  }

  static style(o) {
    return { stroke: o.stroke || "none", "stroke-width": o.width ?? 2, "stroke-dasharray": L.DASH[o.dash] || "none", fill: o.fill || "none",
      opacity: o.opacity ?? 1, "data-part": o.part, "stroke-linejoin": "round", "stroke-linecap": "butt" };
  }

  path(key, d, o = {}) { return this.put(key, "path", { d, ...L.Chart.style(o), "clip-path": o.free ? undefined : `url(#${this.clip})` }); }

  line(key, xs, ys, o = {}) {
    let d = "", pen = false;
    for (let i = 0; i < xs.length; i++) {
      if (!Number.isFinite(ys[i])) { pen = false; continue; }
      const top = Math.min(Math.max(ys[i], this.y[0] - 4 * (this.y[1] - this.y[0])), this.y[1] + 4 * (this.y[1] - this.y[0]));
      d += (pen ? "L" : "M") + this.sx(xs[i]).toFixed(1) + " " + this.sy(top).toFixed(1);
      pen = true;
    }
    return this.path(key, d, o);
  }

  area(key, xs, ys, o = {}) {
    const base = this.sy(o.base ?? 0).toFixed(1);
    let d = "M" + this.sx(xs[0]).toFixed(1) + " " + base;
    xs.forEach((x, i) => { d += "L" + this.sx(x).toFixed(1) + " " + this.sy(ys[i]).toFixed(1); });
    return this.path(key, d + "L" + this.sx(xs[xs.length - 1]).toFixed(1) + " " + base + "Z", o);
  }

  // Counts between edges as one outline.
  steps(key, edges, counts, o = {}) {
    const first = counts.findIndex((n) => n > 0), last = counts.length - 1 - [...counts].reverse().findIndex((n) => n > 0);
    if (first < 0) return null;
    edges = edges.slice(first, last + 2); counts = counts.slice(first, last + 1);
    let d = "M" + this.sx(edges[0]).toFixed(1) + " " + this.sy(0).toFixed(1);
    counts.forEach((n, i) => { const y = this.sy(n).toFixed(1); d += "L" + this.sx(edges[i]).toFixed(1) + " " + y + "L" + this.sx(edges[i + 1]).toFixed(1) + " " + y; });
    return this.path(key, d + "L" + this.sx(edges[edges.length - 1]).toFixed(1) + " " + this.sy(0).toFixed(1) + "Z", o);
  }

  segment(key, x0, y0, x1, y1, o = {}) { return this.path(key, `M${this.sx(x0)} ${this.sy(y0)}L${this.sx(x1)} ${this.sy(y1)}`, o); }
  rule(key, x, o = {}) { return this.path(key, `M${this.sx(x)} ${this.margin.t}V${this.h - this.margin.b}`, { width: 1.5, ...o }); }
  level(key, y, o = {}) { return this.path(key, `M${this.margin.l} ${this.sy(y)}H${this.w - this.margin.r}`, { width: 1.5, ...o }); }
  dot(key, x, y, o = {}) { return this.put(key, "circle", { cx: this.sx(x), cy: this.sy(y), r: o.r ?? 4, ...L.Chart.style({ width: 1.5, ...o }) }); }

  // dx, dy in pixels; anchor start, middle or end
  text(key, x, y, words, o = {}) {
    return this.put(key, "text", { x: this.sx(x) + (o.dx || 0), y: this.sy(y) + (o.dy || 0), "text-anchor": o.anchor || "start", "font-size": o.size || 13,
      "font-weight": o.weight || 400, fill: o.fill || this.t.text, "data-part": o.part, opacity: o.opacity ?? 1,
      "paint-order": "stroke", stroke: o.halo === false ? "none" : this.t.panel, "stroke-width": 3, "stroke-linejoin": "round" }, words);
  }

  axes({ xtext = L.plain, ytext = L.plain, xs = L.ticks(...this.x, this.xticks), ys = L.ticks(...this.y, this.yticks), grid = true } = {}) {
    const bottom = this.h - this.margin.b, { muted: fill, grid: faint, axis } = this.t;
    if (grid) this.path("grid", ys.map((v) => `M${this.margin.l} ${this.sy(v)}H${this.w - this.margin.r}`).join(""), { stroke: faint, width: 1 });
    this.path("axis", `M${this.margin.l} ${bottom}H${this.w - this.margin.r}` + xs.map((v) => `M${this.sx(v)} ${bottom}v4`).join(""), { stroke: axis, width: 1, free: true });
    const label = (key, at, words, more) => this.put(key, "text", { "font-size": 12, fill, ...at, ...more }, words);
    xs.forEach((v, i) => label("x" + i, { x: this.sx(v), y: bottom + 16 }, xtext(v), { "text-anchor": "middle" }));
    ys.forEach((v, i) => label("y" + i, { x: this.margin.l - 6, y: this.sy(v) + 4 }, ytext(v), { "text-anchor": "end" }));
    if (this.options.xlabel) label("xlabel", { x: this.w - this.margin.r, y: this.h - 5 }, this.options.xlabel, { "text-anchor": "end" });
  }

  // Ends the drawing: hides what it did not mention, and puts the handles in their places.
  end() {
    for (const entry of this.nodes.values()) if (entry.serial !== this.serial && !entry.hidden) { entry.node.style.display = "none"; entry.hidden = true; }
    this.handles.forEach((handle) => handle.place());
  }
};

L.DASH = { dash: "8 5", dot: "2 4", dashdot: "9 4 2 4", longdash: "14 5" };
L.plain = (v) => (v < 0 ? "−" : "") + String(Math.abs(v));
// A positive number in two or three digits, whatever its size.
L.brief = (v) => (v >= 0.0095 ? v.toFixed(v >= 9.95 ? 0 : v >= 0.095 ? 2 : 3) : v > 0 ? v.toExponential(0).replace(/e-(\d+)/, (_, d) => " · 10⁻" + d.replace(/\d/g, (k) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[k])) : "0");
// A power of ten.
L.tenTo = (v) => (v === 0 ? "1" : v === 1 ? "10" : "10" + (v < 0 ? "⁻" : "") + String(Math.abs(v)).replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]));
