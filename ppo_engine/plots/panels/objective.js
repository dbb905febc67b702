// Draws the objective's formula with this update's samples on it, and lets its knees be dragged.
// Everything is divided by |Â|, so that every sample lies on one of two curves.
L.gain = (name, r, sign, eps) => {
  if (name === "ppo_clip") {
    const c = Math.min(Math.max(r, 1 - eps), 1 + eps);
    return Math.min(r * sign, c * sign);
  }
  if (name === "policy_gradient" || name === "reinforce") return sign * Math.log(Math.max(r, 1e-3));
  return r * sign;
};

L.window = (eps) => { const w = Math.max(0.5, Math.min(0.97, 3 * eps)); return [1 - w, 1 + w]; };

L.curve = (name, sign, eps, [lo, hi]) => {
  const x = [], y = [], n = 48;
  for (let i = 0; i <= n; i++) x.push(lo + ((hi - lo) * i) / n);
  if (name === "ppo_clip") x.push(1 - eps, 1 + eps);
  x.sort((a, b) => a - b).forEach((r) => y.push(L.gain(name, r, sign, eps)));
  return { x, y };
};

L.objectiveFigure = (st, t) => {
  const o = st.objective, eps = st.drag ?? o.eps, range = L.window(o.eps), [colour, dash] = L.identity(o.name, t);
  const traces = [], s = st.sample || { log_ratio: [], advantage: [], slope: [] };
  for (const sign of [1, -1]) {
    if (o.clips) {
      const raw = { x: range, y: range.map((r) => r * sign) };
      traces.push({ ...raw, type: "scatter", mode: "lines", hoverinfo: "skip", line: { color: "#D55E00", width: 1.5, dash: "dash" } });
    }
    traces.push({ ...L.curve(o.name, sign, eps, range), type: "scatter", mode: "lines", hoverinfo: "skip",
      line: { color: colour, width: 3, dash: o.clips ? "solid" : dash } });
  }
  for (const dead of [false, true]) {
    const x = [], y = [], size = [], symbol = [], text = [];
    s.log_ratio.forEach((lr, i) => {
      if ((s.slope[i] === 0) !== dead) return;
      const r = Math.exp(lr), a = s.advantage[i], sign = a > 0 ? 1 : -1;
      x.push(Math.min(Math.max(r, range[0]), range[1])); y.push(L.gain(o.name, r, sign, eps));
      size.push(5 + 2.4 * Math.min(3, Math.abs(a))); symbol.push((sign > 0 ? "triangle-up" : "triangle-down") + (dead ? "-open" : ""));
      text.push(`ratio ${r.toFixed(2)}, Â ${a.toFixed(2)}: ${dead ? "killed, slope 0" : "still pushes"}`);
    });
    traces.push({ x, y, text, type: "scatter", mode: "markers", hovertemplate: "%{text}<extra></extra>",
      marker: { size, symbol, color: dead ? t.danger : t.text, opacity: dead ? 0.95 : 0.5, line: { width: dead ? 1.5 : 0.6, color: dead ? t.danger : t.bg } } });
  }
  const note = (x, y, text, c = t.muted, more = {}) => ({ x, y, text, showarrow: false, font: { size: 11, color: c }, ...more });
  const shapes = [{ type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: t.axis, width: 1 } }];
  if (o.eps !== null && o.band) shapes.push(...L.band(eps, t, colour));
  return [traces, {
    shapes, hovermode: "closest", margin: { l: 40, r: 12, t: 6, b: 26 },
    // One curve rises from its name, the other falls, or is flat below its dashed line: each name stands where that leaves room.
    annotations: [1, -1].map((sign) => { const y = L.gain(o.name, range[0], sign, eps);
      return note(range[0], y, sign > 0 ? " Â > 0" : " Â < 0", t.text, { xanchor: "left", yanchor: sign > 0 || o.clips ? "top" : "bottom" }); }),
    xaxis: { range, nticks: 7 }, yaxis: { range: [-range[1] - 0.15, range[1] + 0.15], nticks: 5 },
  }];
};

L.band = (eps, t, colour) => [{ type: "rect", x0: 1 - eps, x1: 1 + eps, yref: "paper", y0: 0, y1: 1, layer: "below",
  line: { width: 0 }, fillcolor: L.fade(colour, t.dark ? 0.2 : 0.09) }];

// The knees: two handles over the chart. Dragging redraws at frame rate here; only the release goes to the server.
L.knees = (st, panel, send) => {
  const plot = panel.plot, make = (side) => {
    const h = L.el("div", "ppo-knee");
    h.hidden = true; h.tabIndex = 0; h.dataset.side = side;
    h.setAttribute("role", "slider"); h.setAttribute("aria-label", `Clip range ε, ${side < 0 ? "lower" : "upper"} knee`);
    h.setAttribute("aria-valuemin", "0.01"); h.setAttribute("aria-valuemax", "0.9");
    const value = (ev) => {
      const box = plot.getBoundingClientRect(), scale = box.width / plot.offsetWidth || 1, [lo, hi] = L.axis(plot);
      const r = lo + (((ev.clientX - box.left) / scale - 40) / (plot.offsetWidth - 52)) * (hi - lo);
      return Math.min(0.9, Math.max(0.01, Math.round(100 * Math.abs(side > 0 ? Math.max(r - 1, 0.01) : Math.max(1 - r, 0.01))) / 100));
    };
    const move = (e) => { st.drag = e; st.frame ||= requestAnimationFrame(() => { st.frame = 0; st.redraw(["objective", "hist"]); }); };
    h.onpointerdown = (ev) => { ev.preventDefault(); h.setPointerCapture(ev.pointerId); h.focus(); h.classList.add("held"); };
    h.onpointermove = (ev) => { if (h.hasPointerCapture(ev.pointerId)) move(value(ev)); };
    h.onpointerup = (ev) => { h.classList.remove("held"); if (st.drag !== null) send(st.drag); };
    h.onkeydown = (ev) => {
      const d = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[ev.key];
      if (!d) return;
      ev.preventDefault(); ev.stopPropagation();
      const now = st.drag ?? st.objective.eps;
      move(Math.min(0.9, Math.max(0.01, Math.round(100 * (now + d * (ev.key.includes("Left") || ev.key.includes("Right") ? side : 1) * 0.01)) / 100)));
      clearTimeout(h.timer); h.timer = setTimeout(() => { if (st.drag !== null) send(st.drag); }, 350);
    };
    h.append(L.el("span"));
    panel.body.append(h);
    return h;
  };
  return [make(-1), make(1)];
};

// A message that falls between two runs of the page's script can be lost: look whether the slider followed.
L.letGo = (inst, eps, tries) => {
  inst.send("knee", eps);
  setTimeout(() => {
    const slider = document.querySelector(".st-key-clip_range input[type=range]");
    const lost = inst.st.drag === eps && slider && !slider.disabled && Math.abs(slider.value - eps) > 1e-6;
    if (lost && tries > 1 && !inst.gone) L.letGo(inst, eps, tries - 1);
  }, 1500);
};

L.axis = (plot) => (plot.layout && plot.layout.xaxis && plot.layout.xaxis.range) || [0.5, 1.5];

L.placeKnees = (st, panel) => {
  const eps = st.drag ?? st.objective.eps, show = st.objective.clips && eps !== null && panel.plot.layout;
  panel.knees.forEach((h) => {
    const side = Number(h.dataset.side), [lo, hi] = L.axis(panel.plot), x = 1 + side * eps;
    h.hidden = !show || x < lo || x > hi;
    h.classList.toggle("fixed", Boolean(st.fixed)); h.tabIndex = st.fixed ? -1 : 0;
    if (h.hidden) return;
    h.style.left = 40 + ((x - lo) / (hi - lo)) * (panel.plot.clientWidth - 52) + "px";
    h.firstChild.textContent = (side > 0 ? "1+ε  " : "1−ε  ") + x.toFixed(2);
    h.setAttribute("aria-valuenow", eps); h.setAttribute("aria-valuetext", "ε " + eps.toFixed(2));
  });
};
