// Draws the compared runs: one y-scale, a shared trunk up to where they part, the difference strip, histograms of one scale.
L.cmpFrom = (inst, i) => (i ? Math.max(0, (inst.parted[i - 1] || {}).shared || 0) : 0);

// What a run has from the last shared row on: before that it is the trunk, which the first run draws.
L.cmpSlice = (inst, i, column) => {
  const st = inst.sts[i], from = L.cmpFrom(inst, i);
  let a = 0;
  while (a < st.update.length && st.update[a] < from) a++;
  return [st.cols.timesteps.slice(a), st.cols[column].slice(a)];
};

L.cmpEnd = (inst) => Math.max(1000, ...inst.sts.map((st) => st.cols.timesteps[st.cols.timesteps.length - 1] || 0));

L.cmpLine = (inst, i, column, format, extra = {}) => {
  const id = L.twinIdentity(inst.runs, i, inst.theme), [x, y] = L.cmpSlice(inst, i, column);
  let last = y.length - 1;
  while (last >= 0 && y[last] === null) last--;
  const every = Math.max(1, Math.ceil(x.length / 9)), marked = x.map((_, k) => (k === last || (k % every === 0 && k > 0) ? (k === last ? 9 : 6) : 0));
  return { x, y, name: `${L.LETTERS[i]} ${inst.runs[i].name}`, type: "scatter", mode: "lines+markers", connectgaps: false,
    line: { color: id.colour, dash: id.dash, width: id.width }, marker: { symbol: id.symbol, size: marked, color: id.colour, opacity: 1, line: { width: 0 } },
    hovertemplate: format + `<extra>${L.LETTERS[i]} ${inst.runs[i].name}</extra>`, ...extra };
};

L.cmpTrunk = (inst, column) => {
  const shared = Math.min(...inst.parted.map((p) => p.shared), Infinity), st = inst.sts[0];
  if (!Number.isFinite(shared) || shared < 2) return [];
  let b = 0;
  while (b < st.update.length && st.update[b] <= shared) b++;
  return [{ x: st.cols.timesteps.slice(0, b), y: st.cols[column].slice(0, b), type: "scatter", mode: "lines", hoverinfo: "skip",
    line: { color: inst.theme.text, width: 5 }, opacity: 0.35 },
  { x: [st.cols.timesteps[b - 1]], y: [st.cols[column][b - 1]], type: "scatter", mode: "markers", hoverinfo: "skip",
    marker: { symbol: "circle-open", size: 12, color: inst.theme.text, line: { width: 2 } } }];
};

// One upright line for each update at which somebody leaves the first run.
L.cmpPartings = (inst) => {
  const at = new Map();
  inst.parted.forEach((p, k) => { if (p.update !== null) at.set(p.update, { x: p.x, who: [...((at.get(p.update) || {}).who || []), L.LETTERS[k + 1]] }); });
  return [...at.entries()].map(([update, v]) => ({ update, ...v }));
};

L.cmpPartShapes = (inst) => L.cmpPartings(inst).map((p) => ({ type: "line", x0: p.x, x1: p.x, yref: "paper", y0: 0, y1: 1,
  line: { color: inst.theme.text, width: 1, dash: "dot" } }));

L.cmpPartNotes = (inst, end, y) => L.cmpPartings(inst).map((p, k) => {
  const right = p.x > 0.7 * end;
  return { x: p.x, y: y - 0.06 * k, yref: "paper", yanchor: "middle", xanchor: right ? "right" : "left", showarrow: false, bgcolor: L.fade(inst.theme.bg, 0.75),
    text: `${inst.parted.length > 1 ? p.who.join(", ") + " " : ""}${inst.forked ? `forked after update ${p.update - 1}` : `parted at update ${p.update}`}`, font: { size: 12, color: inst.theme.text }, borderpad: 2 };
});

// Letters at the heads of the lines; those that would lie on each other are moved apart.
L.cmpHeads = (inst, column, range, size) => {
  const heads = inst.sts.map((st, i) => {
    const y = st.cols[column], x = st.cols.timesteps;
    let k = y.length - 1;
    while (k >= 0 && y[k] === null) k--;
    return k < 0 ? null : { i, x: x[k], y: y[k], at: y[k] };
  }).filter(Boolean).sort((a, b) => a.y - b.y);
  const gap = range && size ? ((range[1] - range[0]) * 15) / size : 0;
  heads.forEach((h, k) => { if (k && Math.abs(h.x - heads[k - 1].x) < 0.04 * L.cmpEnd(inst)) h.at = Math.max(h.at, heads[k - 1].at + gap); });
  return heads.map((h) => ({ x: h.x, y: h.at, xanchor: "left", yanchor: "middle", xshift: 8, showarrow: false, text: `<b>${L.LETTERS[h.i]}</b>`,
    font: { size: 14, color: L.twinIdentity(inst.runs, h.i, inst.theme).colour } }));
};

L.cmpCharts = {
  ret(inst) {
    // A low chart has no room for the differences below its lines.
    const height = inst.ui.panels.ret.plot.clientHeight, several = inst.sts.length > 1 && !(height > 0 && height < 150);
    const t = inst.theme, end = L.cmpEnd(inst), shapes = L.cmpPartShapes(inst);
    const domain = several ? [0.36, 1] : [0, 1], all = inst.sts.flatMap((st) => st.cols.ep_rew_mean.filter((v) => v !== null));
    if (inst.threshold !== null && inst.threshold !== undefined) {
      all.push(inst.threshold);
      shapes.push(L.level(inst.threshold, "solved " + inst.threshold, t.dark ? "#35C79A" : "#00795A"));
    }
    const lo = Math.min(...all), hi = Math.max(...all), room = 0.08 * (hi - lo || 1);
    const range = all.length > 1 ? [lo - room, hi + (several || inst.sts.length < 2 ? 1.8 : 4) * room] : undefined, traces = [...L.cmpTrunk(inst, "ep_rew_mean")];
    inst.sts.forEach((_, i) => traces.push(L.cmpLine(inst, i, "ep_rew_mean", "%{y:.1f}")));
    const notes = [...L.cmpPartNotes(inst, end, several ? 0.335 : 0.5), ...L.cmpHeads(inst, "ep_rew_mean", range, (height - 44) * (domain[1] - domain[0]))];
    inst.runs.forEach((run) => (run.knobs || []).slice(-3).forEach((k) => {
      if (inst.forked && inst.parted.some((p) => p.update === k.update)) return;
      shapes.push({ type: "line", x0: k.x, x1: k.x, yref: "y domain", y0: 0, y1: 0.1, line: { color: t.muted, width: 2 } });
      notes.push({ x: k.x, y: 0.1, yref: "y domain", xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 10, color: t.muted }, text: `${k.symbol} ${k.old} → ${k.new}` });
    }));
    const layout = { shapes, annotations: notes, hovermode: "x unified", margin: { l: 50, r: 26, t: 6, b: 38 },
      xaxis: { range: [-0.01 * end, 1.02 * end], title: { text: "environment steps", standoff: 4, font: { size: 11, color: t.muted } }, anchor: several ? "y2" : "y" },
      yaxis: { range, autorange: !range, domain } };
    if (several) {
      const values = [];
      inst.strips.forEach((s, k) => {
        const id = L.twinIdentity(inst.runs, k + 1, t), one = inst.strips.length === 1;
        values.push(...s.y.filter((v) => v !== null));
        traces.push({ x: s.x, y: s.y, yaxis: "y2", name: `${L.LETTERS[k + 1]} − A`, type: "scatter", mode: "lines", fill: one ? "tozeroy" : "none", fillcolor: L.fade(id.colour, 0.25),
          line: { color: id.colour, dash: id.dash, width: 1.8 }, hovertemplate: `%{y:+.1f}<extra>${L.LETTERS[k + 1]} − A</extra>` });
      });
      const most = Math.max(1, ...values.map(Math.abs)), ten = 10 ** Math.floor(Math.log10(most)), nice = [5, 2, 1].find((n) => n * ten <= most) * ten;
      shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y2", y0: 0, y1: 0, line: { color: t.axis, width: 1 } });
      layout.yaxis2 = { domain: [0, 0.29], range: [-1.12 * most, 1.12 * most], gridcolor: t.grid, zeroline: false, linecolor: t.axis, tickcolor: t.axis, ticks: "outside", ticklen: 3,
        tickfont: { color: t.muted, size: 11 }, tickvals: [-nice, 0, nice] };
      notes.push({ x: 1, xref: "paper", y: 0.29, yref: "paper", xanchor: "right", yanchor: "bottom", showarrow: false, font: { size: 11, color: t.muted },
        text: inst.strips.length === 1 ? "B − A" : "each − A" });
    }
    return [traces, layout];
  },
  kl(inst) {
    const end = L.cmpEnd(inst), traces = inst.sts.map((_, i) => L.cmpLine(inst, i, "kl", "%{y:.4f}"));
    const known = inst.sts.flatMap((st) => st.cols.kl.filter((v) => v !== null && v > 0).map(Math.log10));
    const hi = known.length ? Math.ceil(Math.max(...known)) : 0, lo = Math.max(known.length ? Math.floor(Math.min(...known)) : -3, hi - 6);
    return [traces, { shapes: L.cmpPartShapes(inst), margin: { l: 54, r: 10, t: 6, b: 26 }, xaxis: { range: [-0.01 * end, 1.02 * end] },
      yaxis: { type: "log", range: [lo, hi], dtick: hi - lo > 3 ? 2 : 1, tickformat: "~g" } }];
  },
  entropy(inst) {
    const end = L.cmpEnd(inst), traces = inst.sts.map((_, i) => L.cmpLine(inst, i, "entropy", "%{y:.2f}"));
    return [traces, { shapes: L.cmpPartShapes(inst), xaxis: { range: [-0.01 * end, 1.02 * end] } }];
  },
};

// One window and one height for all: what looks taller is more.
L.cmpScale = (inst) => {
  const eps = Math.max(...inst.sts.map((st) => st.objective.eps)), tops = inst.sts.map((st) => L.histogramTop(st, eps));
  return { eps, top: Math.max(1, ...tops) };
};

L.cmpFigure = (inst) => (_, t, id) => {
  if (!id.startsWith("hist")) return L.cmpCharts[id](inst);
  return L.histogramFigure(inst.sts[Number(id.slice(4))], t, L.cmpScale(inst));
};
