// Draws the ratio histogram: Â > 0 upwards, Â ≤ 0 downwards, the band 1±ε shaded, overflow in the danger colour.
// With a scale {eps, top} several histograms share window and height.
L.histogramFigure = (st, t, scale = null) => {
  const o = st.objective, eps = st.drag ?? o.eps, [lo, hi] = L.window(scale ? scale.eps : o.eps), [colour] = L.identity(o.name, t);
  const h = st.hist, shapes = [{ type: "line", x0: lo, x1: hi, y0: 0, y1: 0, line: { color: t.axis, width: 1 } },
    { type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: t.axis, width: 1 } }];
  if (eps !== null && o.band) shapes.push(...L.band(eps, t, colour));
  const traces = [], notes = [];
  let top = 1;
  if (h) {
    const edges = st.edges.map(Math.exp), total = Math.max(1, [...h.up, ...h.down].reduce((a, b) => a + b, 0));
    const over = [[0, 0], [0, 0]];
    [[h.up, 1], [h.down, -1]].forEach(([counts, sign], k) => {
      const x = [], y = [], width = [];
      counts.forEach((n, i) => {
        const a = i === 0 ? 0 : edges[i - 1], b = i >= edges.length ? Infinity : edges[i], share = (100 * n) / total;
        if (b > hi + 1e-9) over[1][k] += share;
        else if (a < lo - 1e-9) over[0][k] += share;
        else { x.push((a + b) / 2); y.push(sign * share); width.push((b - a) * 0.94); top = Math.max(top, share); }
      });
      traces.push({ x, y, width, type: "bar", marker: { color: L.fade(colour, sign > 0 ? 0.95 : 0.5) },
        customdata: y.map(Math.abs), hovertemplate: "%{customdata:.1f} % of samples at ratio %{x:.2f}<extra>" + (sign > 0 ? "Â > 0" : "Â ≤ 0") + "</extra>" });
    });
    const w = (hi - lo) * 0.022;
    over.forEach(([up, down], side) => {
      if (up + down < 0.05) return;
      const x = side ? hi - w / 2 : lo + w / 2;
      top = Math.max(top, Math.min(up, 3 * top), Math.min(down, 3 * top));
      traces.push({ x: [x, x], y: [up, -down], width: [w, w], type: "bar", marker: { color: t.danger },
        hovertemplate: `${(up + down).toFixed(1)} % of samples lie beyond ratio ${(side ? hi : lo).toFixed(2)}<extra>overflow</extra>` });
      notes.push({ x, y: 1, yref: "paper", yanchor: "top", xanchor: side ? "right" : "left", showarrow: false,
        text: (side ? "" : "◂ ") + (up + down).toFixed(1) + " % beyond" + (side ? " ▸" : ""), font: { size: 10, color: t.danger } });
    });
  }
  if (scale) top = scale.top;
  const label = (y, text, yanchor) => ({ x: lo, y, yref: "paper", xanchor: "left", yanchor, text, showarrow: false, font: { size: 11, color: t.muted } });
  return [traces, {
    shapes, annotations: [...notes, label(0.86, " Â > 0", "top"), label(0.04, " Â ≤ 0", "bottom")], barmode: "overlay", hovermode: "closest",
    margin: { l: 40, r: 12, t: 6, b: 38 },
    xaxis: { range: [lo, hi], nticks: 7, title: { text: "ratio  π_new / π_old", standoff: 4, font: { size: 11, color: t.muted } } },
    yaxis: { range: [-1.12 * top, 1.12 * top], nticks: 4, tickvals: L.mirrored(top), ticktext: L.mirrored(top).map((v) => Math.abs(v) + " %") },
  }];
};

// The tallest bar that a histogram draws within its window, in per cent of its samples.
L.histogramTop = (st, eps) => {
  if (!st.hist) return 1;
  const [traces] = L.histogramFigure({ ...st, objective: { ...st.objective, eps } }, { text: "#000", bg: "#fff", axis: "#000", danger: "#000", muted: "#000" });
  return Math.max(1, ...traces.flatMap((trace) => trace.y.map(Math.abs)));
};

L.mirrored = (top) => {
  const step = [1, 2, 5, 10, 20, 50].find((s) => top / s <= 2.5) || 50, out = [];
  for (let v = -Math.floor(top / step) * step; v <= top; v += step) out.push(v);
  return out;
};
