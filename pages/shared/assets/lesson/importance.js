// The importance-sampling figure: the densities with q under the finger, and what a thousand repetitions estimate.
L.figures.importance = (host, values, redraw) => {
  const M = L.importance, N = 1000, WHOLE = 1000, QUICK = 100, exact = values.exact;
  const ARTICLE = { mean: 6, std: 2, cut: -Infinity };
  const st = { q: { ...ARTICLE }, star: false, preset: "article", weighted: values.weighted, z: null, rest: 0 };

  const scene = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = 1.25;
  scene.append(upper);
  const densities = new L.Chart(upper, { title: "Where the samples come from, and where they count", xlabel: "x", margin: { b: 30, r: 40, t: 16 } });
  const bar = L.el("div", "ppo-panel-controls");
  scene.append(bar, lower);
  const spread = new L.Chart(lower, { title: "1,000 estimates", sub: "each the mean of 1,000 samples", xlabel: "estimate of E[f]", margin: { l: 14 } });
  const gap = new L.Chart(lower, { title: "Their difference", sub: "from q − from p", xlabel: "difference", margin: { l: 14 } });
  gap.node.style.flexGrow = 0.7;
  const tile = L.tilesOf(scene, [
    ["exact", "Exact E[f] under p", "By integration in closed form"],
    ["qspread", "Spread, samples from q", "Deviation of one estimate from 1,000 samples of q, by integration"],
    ["pspread", "Spread, samples from p", "Deviation of one estimate from 1,000 samples of p itself"],
    ["ess", "Effective samples", "How many of 1,000 equally weighted samples the weighted ones are worth"],
  ]);
  const trajectory = L.trajectoryScene(redraw);
  host.append(scene, trajectory.node);

  const presets = L.choices(bar, "Choose q", [
    ["article", "the article’s q", "N(6, 2²)"], ["same", "q = p", "N(4, 2²): every weight is 1"],
    ["best", "best normal q", "The normal with the least spread"], ["narrow", "too narrow", "N(4, 0.9²)"],
    ["cut", "cut at 3", "q never draws below 3"], ["star", "optimal q*", "|f| p, scaled: it needs the answer"],
  ], (id) => {
    st.preset = id; st.star = id === "star";
    st.q = { article: { ...ARTICLE }, same: { mean: 4, std: 2, cut: -Infinity }, best: { ...values.best, cut: -Infinity },
      narrow: { mean: 4, std: 0.9, cut: -Infinity }, cut: { mean: 6, std: 2, cut: 3 }, star: { ...values.best, cut: -Infinity } }[id];
    sample(); settle();
  });

  // While a finger moves, 100 repetitions are drawn anew in every frame; the rest follow when it lets go.
  const sample = () => {
    clearTimeout(st.rest); st.job = null;
    if (st.star) { st.weighted = values.plain.map(() => exact); redraw(); return; }
    if (st.preset === "article") { st.weighted = values.weighted; redraw(); return; }
    st.z ||= M.normals(WHOLE * N, 7);
    st.weighted = M.estimates(st.z.subarray(0, QUICK * N), N, st.q).means;
    redraw();
  };
  const settle = () => {
    if (st.star || st.preset === "article") return;
    const job = (st.job = {}), all = [];
    let at = 0;
    const go = () => {
      if (st.job !== job || st.gone) return;
      const found = M.estimates(st.z, N, st.q, at, 100);
      all.push(...found.means); at = found.at;
      if (found.means.length < 100 || all.length >= WHOLE) { st.weighted = all; redraw(); } else st.rest = setTimeout(go, 0);
    };
    st.rest = setTimeout(go, 120);
  };
  const move = (change) => { Object.assign(st.q, change); st.star = false; st.preset = ""; sample(); };

  const pdf = (x) => M.density(x, st.q), half = () => st.q.mean + st.q.std;
  L.handle(densities, {
    label: "Mean of q", part: "q", step: 0.05, at: () => (st.star ? null : [st.q.mean, Math.min(0.42, pdf(Math.max(st.q.mean, st.q.cut)))]),
    move: (x) => move({ mean: L.clamp(L.snap(x, 0.05), -1, 11) }), done: () => settle(),
    says: () => `mean ${st.q.mean.toFixed(2)}`, tag: () => `mean ${st.q.mean.toFixed(2)}`, bounds: { lo: -1, hi: 11, now: () => st.q.mean },
  });
  L.handle(densities, {
    label: "Width of q", part: "q", shape: "bar", step: 0.05, at: () => (st.star ? null : [half(), Math.min(0.42, pdf(Math.max(half(), st.q.cut)))]),
    move: (x) => move({ std: L.clamp(L.snap(x - st.q.mean, 0.05), 0.4, 4) }), done: () => settle(),
    says: () => `standard deviation ${st.q.std.toFixed(2)}`, tag: () => `σ ${st.q.std.toFixed(2)}`, bounds: { lo: 0.4, hi: 4, now: () => st.q.std },
  });
  L.handle(densities, {
    label: "Cut of q: nothing below it is ever drawn", part: "cut", shape: "bar", step: 0.1, colour: "var(--ppo-red)",
    at: () => (st.star ? null : [Math.max(-3.6, st.q.cut), 0]), move: (x) => move({ cut: x < -3.55 ? -Infinity : L.clamp(L.snap(x, 0.1), -3.5, 6) }), done: () => settle(),
    says: () => (st.q.cut === -Infinity ? "no cut" : `cut at ${L.number(st.q.cut, 1)}`), tag: () => (st.q.cut === -Infinity ? "cut" : `cut ${L.number(st.q.cut, 1)}`),
    bounds: { lo: -3.6, hi: 6, now: () => Math.max(-3.6, st.q.cut) },
  });

  const drawDensities = (t) => {
    const c = densities;
    if (!c.begin([-4, 12.5], [0, 0.45], t)) return;
    const xs = [], n = 220;
    for (let i = 0; i <= n; i++) xs.push(-4 + (16.5 * i) / n);
    c.axes({ ys: [0, 0.1, 0.2, 0.3, 0.4], ytext: (v) => v.toFixed(1) });
    // f has a scale of its own, on the right: 4 stands where the densities reach 0.4.
    const f = (x) => M.f(x) / 10, fx = [0, 0, 2, 4, 8], fy = [0, 0.2, 0.2, 0.4, 0];
    c.area("f", [0, ...fx.slice(1), 8], [0.2, ...fy.slice(1), 0], { fill: L.fade(t.text, 0.09), part: "f" });
    c.line("fline", [-4, 0, 0.001, 2, 4, 8, 12.5], [0, 0, 0.2, 0.2, 0.4, 0, 0], { stroke: t.muted, width: 1.5, part: "f" });
    [2, 4].forEach((v) => c.text("fy" + v, 12.5, v / 10, "f " + v, { dx: 4, dy: 4, size: 12, fill: t.muted, halo: false, part: "f" }));
    c.line("p", xs, xs.map((x) => M.density(x, M.P)), { stroke: t.blue, width: 2.5, part: "p" });
    c.line("star", xs, xs.map((x) => (f(x) * 10 * M.density(x, M.P)) / exact), { stroke: t.green, width: st.star ? 3 : 1.8, dash: "dashdot", part: "star" });
    if (!st.star) c.line("q", st.q.cut > -4 ? xs.filter((x) => x >= st.q.cut) : xs, xs.filter((x) => x >= st.q.cut).map(pdf), { stroke: t.orange, width: 2.5, dash: "dash", part: "q" });
    if (st.q.cut > 0 && !st.star) {
      const lost = xs.filter((x) => x > 0 && x < st.q.cut);
      if (lost.length > 1) c.area("lost", lost, lost.map((x) => (M.f(x) * M.density(x, M.P)) / exact), { fill: L.fade(t.danger, 0.35), part: "cut" });
      c.text("lostwords", st.q.cut / 2, 0.43, "never drawn", { anchor: "middle", fill: t.danger, size: 12.5, part: "cut" });
    }
    if (Number.isFinite(st.q.cut) && !st.star) c.rule("cutline", st.q.cut, { stroke: t.danger, dash: "dot", part: "cut" });
    const at = (x) => M.density(x, M.P);
    c.text("pname", 2.1, at(2.1), "p", { dx: -8, dy: -6, anchor: "end", fill: t.blue, weight: 600, size: 15, part: "p" });
    if (!st.star) { const x = Math.min(12, st.q.mean + 1.75 * st.q.std); c.text("qname", x, Math.min(0.4, pdf(Math.max(x, st.q.cut))), "q", { dx: 10, dy: -4, fill: t.orange, weight: 600, size: 15, part: "q" }); }
    c.text("starname", 5, 0.3, "q* ∝ |f| p", { dx: 12, dy: -4, fill: t.green, weight: 600, part: "star" });
    c.text("fname", 0.1, 0.2, "f", { dx: -12, dy: 4, fill: t.muted, weight: 600, size: 15, part: "f" });
    c.end();
    c.describe(`Densities over x. f is 2 up to 2, rises to 4 at 4 and falls to 0 at 8. p is a normal of mean 4 and deviation 2. `
      + (st.star ? "Samples come from the optimal density." : `q is a normal of mean ${st.q.mean.toFixed(2)} and deviation ${st.q.std.toFixed(2)}${Number.isFinite(st.q.cut) ? `, cut below ${st.q.cut.toFixed(1)}` : ""}.`));
  };

  const counts = (data, edges) => {
    const out = new Array(edges.length - 1).fill(0), width = edges[1] - edges[0];
    let beyond = 0;
    for (const v of data) { const i = Math.floor((v - edges[0]) / width); if (i >= 0 && i < out.length) out[i]++; else beyond++; }
    return [out.map((n) => (100 * n) / Math.max(1, data.length)), beyond / Math.max(1, data.length)];
  };
  const edgesOf = (lo, hi, n) => Array.from({ length: n + 1 }, (_, i) => lo + ((hi - lo) * i) / n);

  const drawSpread = (t, error, mean) => {
    const c = spread, edges = edgesOf(2.1, 3, 60), lo = Math.min(2.1, mean - 0.35);
    const use = lo < 2.1 ? edgesOf(lo, 3, Math.round((3 - lo) / 0.015)) : edges;
    const [fromP] = counts(values.plain, use), [fromQ, beyond] = counts(st.weighted, use), top = Math.min(30, 1.22 * Math.max(...fromP, ...fromQ));
    if (!c.begin([use[0], 3], [0, top], t)) return;
    c.axes({ ys: [], xtext: (v) => v.toFixed(1), grid: false });
    c.steps("p", use, fromP, { fill: L.fade(t.blue, 0.22), stroke: t.blue, width: 1.5, part: "plain" });
    c.steps("q", use, fromQ, { fill: L.fade(t.orange, 0.2), stroke: t.orange, width: 2, dash: "dash", part: "weighted" });
    c.rule("exact", exact, { stroke: t.text, part: "exact" });
    c.text("exactname", exact, top, "exact " + exact.toFixed(4), { dx: 6, dy: 14, size: 12.5, part: "exact" });
    c.text("pn", use[0], top, "from p", { dx: 8, dy: 16, fill: t.blue, weight: 600, part: "plain" });
    c.text("qn", use[0], top, "from q, weighted", { dx: 8, dy: 34, fill: t.orange, weight: 600, part: "weighted" });
    if (mean < exact - 0.02 && !st.star) c.text("bias", mean, 0.5 * top, `centred at ${mean.toFixed(2)}`, { anchor: "middle", fill: t.danger, size: 12.5, part: "weighted" });
    if (beyond > 0.005) c.text("beyond", 3, 0.6 * top, `${(100 * beyond).toFixed(0)} % outside`, { anchor: "end", fill: t.danger, size: 12.5, part: "weighted" });
    c.end();
    c.describe(`Two histograms of ${st.weighted.length} estimates. From p: mean ${exact.toFixed(3)}, deviation ${values.plainError.toFixed(3)}. `
      + `From q with weights: mean ${mean.toFixed(3)}, deviation ${Number.isFinite(error) ? error.toFixed(3) : "very large"}.`);
  };

  const drawGap = (t, error, mean) => {
    const c = gap, w = 0.45, lo = Math.min(-w, mean - exact - 0.3), edges = edgesOf(lo, w, Math.round((w - lo) / 0.02)), data = st.weighted.map((v, i) => v - values.plain[i]), [share] = counts(data, edges);
    const top = Math.max(12, 1.25 * Math.max(...share));
    if (!c.begin([lo, w], [0, top], t)) return;
    c.axes({ ys: [], grid: false, xs: L.ticks(lo, w, 5), xtext: (v) => (v < 0 ? "−" : "") + Math.abs(v).toFixed(1) });
    c.steps("d", edges, share, { fill: L.fade(t.purple, 0.22), stroke: t.purple, width: 1.8, part: "difference" });
    c.rule("zero", 0, { stroke: t.text });
    c.end();
    const average = data.reduce((a, b) => a + b, 0) / data.length;
    c.describe(`Histogram of the differences between the two estimates of each repetition; their mean is ${average.toFixed(3)}.`);
  };

  return {
    scenes: { experiment: scene, trajectory: trajectory.node },
    state: st,
    draw(t, name) {
      if (name === "trajectory") { trajectory.draw(t); return; }
      const error = st.star ? 0 : M.standardError(st.q, N), mean = st.star ? exact : M.weightedMoment(st.q, 1);
      presets.set(st.preset);
      drawDensities(t); drawSpread(t, error, mean); drawGap(t, error, mean);
      const bias = mean - exact, share = st.star ? null : M.effectiveShare(st.q), ratio = error / values.plainError;
      tile("exact", exact.toFixed(4), Math.abs(bias) > 5e-4 ? `q finds ${mean.toFixed(4)}` : "", Math.abs(bias) > 5e-4);
      tile("qspread", error > 99 ? "> 99" : error.toFixed(4), st.star ? "no spread at all" : ratio > 1.005 ? (ratio > 100 ? "> 100" : ratio.toFixed(1)) + " × p’s" : ratio < 0.995 ? `1/${(1 / ratio).toFixed(1)} of p’s` : "as p’s", ratio > 3.5);
      tile("pspread", values.plainError.toFixed(4));
      tile("ess", share === null ? "–" : share === 0 ? "0" : String(Math.round(share * N)), share === 0 ? "weights of infinite variance" : share === null ? "weights are not the point" : "of 1,000", share !== null && share < 0.1);
    },
    end() { st.gone = true; clearTimeout(st.rest); },
  };
};
