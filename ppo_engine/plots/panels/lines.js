// Draws what every objective has against environment steps: return, KL, entropy, explained variance, losses.
L.knobShapes = (st, t) => (st.knobs || []).map((k) => ({
  type: "line", x0: k.x, x1: k.x, yref: "paper", y0: 0, y1: 1, line: { color: t.text, width: 1, dash: "dot" },
}));

// The labels stand upright beside their lines. Moves of one knob in quick succession share one label, and of many
// only the newest are written out.
L.knobNotes = (st, id, end) => {
  const notes = [];
  for (const k of st.knobs || []) {
    const last = notes[notes.length - 1];
    if (last && last.symbol === k.symbol && k.x - last.x < 0.06 * end) notes[notes.length - 1] = { ...k, old: last.old, at: last.at };
    else notes.push({ ...k, at: k.x });
  }
  return notes.slice(id === "ret" || id === "kl" ? -4 : -1);
};

L.knobLabels = (st, t, id, end) => L.knobNotes(st, id, end).map((k) => ({
  x: k.at, y: 1, yref: "paper", yanchor: "top", xanchor: "right", textangle: -90, showarrow: false,
  text: `${k.symbol} ${k.old} → ${k.new} at update ${k.update}`,
  font: { size: 11, color: t.text }, bgcolor: L.fade(t.bg, 0.6), borderpad: 0,
}));

L.level = (y, text, colour, extra = {}) => ({
  type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line: { color: colour, width: 1, dash: "dash" },
  label: { text, textposition: "start", yanchor: "bottom", font: { size: 10, color: colour }, padding: 1 },
  ...extra,
});

L.line = (x, y, name, colour, dash = "solid", extra = {}) => ({
  x, y, name, type: "scatter", mode: "lines", line: { color: colour, dash, width: 2, ...(extra.line || {}) },
  hovertemplate: (extra.format || "%{y:.3g}") + "<extra>" + name + "</extra>", connectgaps: false, ...extra.trace,
});

// Where the newest value stands: the eye finds the moving end of the line.
L.head = (x, y, colour) => {
  let i = y.length - 1;
  while (i >= 0 && y[i] === null) i--;
  return { x: i < 0 ? [] : [x[i]], y: i < 0 ? [] : [y[i]], type: "scatter", mode: "markers", hoverinfo: "skip",
    marker: { color: colour, size: 6 } };
};

// A few mad values must not flatten the rest of a line: the axis follows the bulk.
L.span = (values, low, high) => {
  const v = values.filter((q) => q !== null).sort((a, b) => a - b);
  if (v.length < 2) return undefined;
  const bulk = v[Math.floor(0.97 * (v.length - 1))], most = v[v.length - 1], last = values[values.length - 1];
  const top = most > 4 * bulk ? 2 * bulk : most;
  const hi = Math.max(high, 1.08 * Math.max(top, last ?? top)), lo = Math.min(low, v[0]);
  return [lo, hi];
};

L.charts = {
  ret(st, t) {
    const [colour] = L.identity(st.objective.name, t), c = st.cols, shapes = L.knobShapes(st, t);
    if (st.threshold !== null && st.threshold !== undefined)
      shapes.push(L.level(st.threshold, "solved " + st.threshold, t.dark ? "#35C79A" : "#00795A"));
    const all = [...st.ep.y, ...c.ep_rew_mean.filter((v) => v !== null), ...(st.threshold == null ? [] : [st.threshold])];
    let lo = Infinity, hi = -Infinity;
    for (const v of all) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
    const range = all.length > 1 ? [lo - 0.05 * (hi - lo || 1), hi + 0.12 * (hi - lo || 1)] : undefined;
    return [[
      { x: st.ep.x, y: st.ep.y, type: "scatter", mode: "markers", name: "episode",
        marker: { color: t.faint, size: 3, opacity: t.dark ? 0.5 : 0.45 },
        hovertemplate: "%{y:.0f}<extra>one episode</extra>" },
      L.line(c.timesteps, c.ep_rew_mean, "mean of 100", colour, "solid", { line: { width: 3 }, format: "%{y:.1f}" }),
      L.head(c.timesteps, c.ep_rew_mean, colour),
    ], { shapes, hovermode: "closest", yaxis: { range, autorange: !range }, xaxis: { title: { text: "environment steps", standoff: 4, font: { size: 11, color: t.muted } } },
      margin: { l: 46, r: 12, t: 6, b: 38 } }];
  },
  kl(st, t) {
    const [colour] = L.identity(st.objective.name, t), c = st.cols, b = st.klBand;
    const shapes = L.knobShapes(st, t);
    if (b) shapes.unshift({ type: "rect", xref: "paper", x0: 0, x1: 1, y0: b.low, y1: b.high, layer: "below", line: { width: 0 },
      fillcolor: L.fade("#009E73", t.dark ? 0.22 : 0.14) });
    return [[L.line(c.timesteps, c.kl, "KL old‖new", colour), L.head(c.timesteps, c.kl, colour)],
      { shapes, yaxis: { rangemode: "tozero", range: L.span(c.kl, 0, b ? 1.3 * b.high : 0.02), autorange: c.kl.length < 2 } }];
  },
  entropy(st, t) {
    const c = st.cols;
    return [[L.line(c.timesteps, c.entropy, "entropy", t.muted), L.head(c.timesteps, c.entropy, t.text)],
      { shapes: L.knobShapes(st, t) }];
  },
  ev(st, t) {
    const c = st.cols, y = c.explained_variance;
    const shapes = L.knobShapes(st, t);
    shapes.push(L.level(0, "", t.axis), L.level(1, "perfect", t.faint, {}));
    return [[L.line(c.timesteps, y, "explained variance", t.muted), L.head(c.timesteps, y, t.text)],
      { shapes, yaxis: { range: [Math.max(-1, Math.min(-0.1, ...y.filter((q) => q !== null).slice(-200))) - 0.05, 1.18] } }];
  },
  losses(st, t) {
    const c = st.cols, x = c.timesteps;
    return [[
      L.line(x, c.value_loss, "value loss", t.muted), L.head(x, c.value_loss, t.muted),
      { ...L.line(x, c.policy_gradient_loss, "policy loss", t.text, "dot"), yaxis: "y2" },
    ], { shapes: L.knobShapes(st, t), margin: { l: 46, r: 50, t: 6, b: 26 },
      yaxis: { range: L.span(c.value_loss, 0, 0.01), autorange: c.value_loss.length < 2 },
      yaxis2: { overlaying: "y", side: "right", showgrid: false, zeroline: false, nticks: 4, tickmode: "auto",
        exponentformat: "SI", tickfont: { size: 11, color: t.muted } } }];
  },
};
