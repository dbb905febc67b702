// The policy-gradient figure: a climb beside a cliff, recorded runs, and the spread of the gradient under four ways of giving credit.
L.figures.gradients = (host, values, redraw) => {
  const cliff = L.cliffScene(redraw), real = L.realScene(redraw, values), noise = L.noiseScene(redraw);
  host.append(cliff.node, real.node, noise.node);
  const scenes = { cliff, real, noise };
  return { scenes: { cliff: cliff.node, real: real.node, noise: noise.node }, draw: (theme, scene) => scenes[scene].draw(theme) };
};

L.cliffScene = (redraw) => {
  const G = L.gradients, STEPS = 60, SIZES = { small: 0.02, right: 0.6, large: 9 }, st = { start: [-2.2, 1.1], rate: 0.6 }, X = [-3.2, 4.2], Y = [-1.7, 1.9];
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = 2;
  node.append(upper, bar, lower);
  const c = new L.Chart(upper, { title: "Expected return over two parameters", sub: "level curves; the cliff is where they crowd", xlabel: "θ₁", margin: { l: 40, r: 16, t: 10, b: 34 } });
  const rise = new L.Chart(lower, { title: "Expected return, update by update", xlabel: "update", margin: { l: 46, b: 34 } });
  const sizes = L.choices(bar, "Step size", [["small", "too small"], ["right", "right"], ["large", "too large"]], (id) => { st.rate = SIZES[id]; redraw(); });
  const rate = L.lessonSlider(bar, { label: "step size α", min: -2, max: 1.3, step: 0.01, say: (v) => (10 ** v).toFixed(10 ** v < 9.95 ? 2 : 1), move: (v) => { st.rate = 10 ** v; redraw(); } });
  const tile = L.tilesOf(node, [["now", "Return after 60 updates"], ["most", "Best on the way"], ["slope", "Slope at the end", "Length of the gradient; 0: nothing says where to go"], ["verdict", "So"]]);
  L.handle(c, {
    label: "First policy", axis: "xy", step: 0.05, part: "start", colour: "var(--st-text-color)", at: () => st.start, move: (x, y) => { st.start = [L.clamp(x, ...X), L.clamp(y, ...Y)]; redraw(); },
    says: () => "parameters " + st.start.map((v) => L.number(v)).join(", "), tag: () => "θ", bounds: { lo: X[0], hi: X[1], now: () => st.start[0] },
  });
  const levels = L.contours(G.cliff, X, Y, [0.95, 0.85, 0.7, 0.55, 0.4, 0.25, 0.12, 0.04, 0.01]);

  const draw = (t) => {
    rate.set(Math.log10(st.rate)); sizes.set(Object.keys(SIZES).find((k) => Math.abs(SIZES[k] - st.rate) < 1e-9) || "");
    const path = G.climb(st.start, st.rate, STEPS), heights = path.map(G.cliff), end = path[STEPS], g = G.slope(end), slope = Math.hypot(...g), most = Math.max(...heights);
    const fell = heights[STEPS] < 0.25 * most || heights[STEPS] < 0.01, top = heights[STEPS] > 0.8;
    if (c.begin(X, Y, t)) {
      c.axes({ grid: false });
      c.path("floor", `M${c.sx(1.35)} ${c.margin.t}H${c.w - c.margin.r}V${c.h - c.margin.b}H${c.sx(1.35)}Z`, { fill: L.fade(t.danger, 0.08), part: "floor" });
      c.text("floorname", X[1], Y[0], "the floor: no slope, no way back", { anchor: "end", dx: -6, dy: -10, fill: t.danger, part: "floor" });
      L.drawContours(c, levels, t.text, "value");
      c.line("path", path.map((p) => p[0]), path.map((p) => p[1]), { stroke: fell ? t.danger : t.blue, width: 2, part: "path" });
      path.forEach((p, i) => { if (p[0] < X[1] && p[0] > X[0]) c.dot("p" + i, p[0], p[1], { r: i === STEPS ? 6 : 3, fill: fell ? t.danger : t.blue, stroke: t.panel, part: "path" }); });
      c.text("y", X[0], Y[1], "θ₂", { dx: 6, dy: 12, size: 12, fill: t.muted });
      c.end();
      c.describe(`A ridge that rises to a cliff. From ${st.start.map((v) => L.number(v)).join(", ")} with step size ${st.rate.toFixed(2)}, sixty updates end at ${end.map((v) => L.number(v)).join(", ")} with an expected return of ${L.number(heights[STEPS])}${fell ? ", on the floor" : ""}.`);
    }
    if (rise.begin([0, STEPS], [0, 1], t)) {
      rise.axes({ ys: [0, 0.5, 1] });
      rise.line("j", heights.map((_, i) => i), heights, { stroke: fell ? t.danger : t.blue, width: 2.5, part: "path" });
      rise.end();
      rise.describe(`Expected return from ${L.number(heights[0])} to ${L.number(heights[STEPS])}, at best ${L.number(most)}.`);
    }
    tile("now", L.number(heights[STEPS])); tile("most", L.number(most)); tile("slope", slope < 0.001 ? "0.000" : slope.toFixed(3), "", fell);
    tile("verdict", fell ? "fell" : top ? "arrived" : "on its way", fell ? "no recovery" : top ? `after ${heights.findIndex((v) => v > 0.8)}` : "", fell);
  };
  return { node, draw, state: st };
};

L.noiseScene = (redraw) => {
  const G = L.gradients, st = { n: 4, p: 0.5, lambda: 0.95 }, BATCHES = 600, draws = L.uniforms(11), uniforms = Float64Array.from({ length: BATCHES * 64 }, draws);
  const ROWS = [["episode_return", "Whole return R"], ["reward_to_go", "Reward-to-go Gₜ"], ["baseline", "Gₜ − Vₜ"], ["gae", "GAE"]];
  const node = L.el("div", "ppo-scene"), bar = L.el("div", "ppo-panel-controls");
  const charts = ROWS.map(([name, title], k) => new L.Chart(node, { title, margin: { l: 14, r: 14, t: 4, b: k === 3 ? 34 : 8 }, xlabel: k === 3 ? "estimate of the gradient" : "" }));
  charts[3].node.style.flexGrow = 1.2;
  node.append(bar);
  const slider = (label, name, min, max, step, say) => L.lessonSlider(bar, { label, min, max, step, say, move: (v) => { st[name] = name === "n" ? 2 ** v : v; redraw(); } });
  const n = slider("parallel trajectories", "n", 0, 6, 1, (v) => String(2 ** v)), p = slider("π(action 1)", "p", 0.05, 0.95, 0.01, (v) => v.toFixed(2)), lambda = slider("λ", "lambda", 0, 1, 0.01, (v) => v.toFixed(2));
  const tile = L.tilesOf(node, [["truth", "True gradient"], ...ROWS.map(([name, title]) => [name, `Var. ${title.replace("Whole return R", "whole return")}`, "measured over 600 batches; beside it: exact"])]);
  let key = "", table = null, means = null, spreads = null;
  const measure = () => {
    if (key === `${st.n} ${st.p} ${st.lambda}`) return;
    key = `${st.n} ${st.p} ${st.lambda}`; table = G.table(st.p, st.lambda);
    const below = []; table.probs.reduce((s, q, i) => (below[i] = s + q), 0);
    means = Object.fromEntries(ROWS.map(([name]) => [name, new Float64Array(BATCHES)]));
    for (let b = 0; b < BATCHES; b++) for (let i = 0; i < st.n; i++) {
      const u = uniforms[b * 64 + i];
      let lo = 0, hi = 255;
      while (lo < hi) { const m = (lo + hi) >> 1; if (below[m] < u) lo = m + 1; else hi = m; }
      for (const [name] of ROWS) means[name][b] += table.estimates[name][lo] / st.n;
    }
    spreads = Object.fromEntries(ROWS.map(([name]) => [name, G.spread(table.probs, table.estimates[name]) / Math.sqrt(st.n)]));
  };
  const variance = (v) => { const m = v.reduce((s, x) => s + x, 0) / v.length; return v.reduce((s, x) => s + (x - m) ** 2, 0) / (v.length - 1); };

  const draw = (t) => {
    measure(); n.set(Math.log2(st.n)); p.set(st.p); lambda.set(st.lambda);
    const truth = G.trueGradient(st.p), edges = Array.from({ length: 131 }, (_, i) => -30 + 0.5 * i), colours = [t.vanilla, t.orange, t.purple, t.blue];
    ROWS.forEach(([name, title], k) => {
      const c = charts[k], counts = new Array(130).fill(0);
      let beyond = 0;
      means[name].forEach((v) => { const at = Math.floor((v + 30) / 0.5); if (at >= 0 && at < 130) counts[at]++; else beyond++; });
      c.sub.textContent = beyond ? `${beyond} of 600 beyond the ends` : "";
      if (!c.begin([-30, 35], [0, Math.max(60, ...counts) * 1.12], t)) return;
      c.axes({ ys: [], grid: false, ...(k < 3 && { xtext: () => "" }) });
      c.steps("h", edges, counts, { stroke: colours[k], width: 2, fill: L.fade(colours[k], 0.25), part: name });
      c.rule("truth", truth, { stroke: t.text, dash: "dash", part: "truth" });
      c.text("sd", 35, c.y[1], `± ${spreads[name].toFixed(2)}`, { anchor: "end", dx: -4, dy: 16, weight: 600, fill: colours[k], part: name });
      if (!k) c.text("truthname", truth, c.y[1], "true gradient", { dx: 6, dy: 12, size: 12.5, part: "truth" });
      c.end();
      c.describe(`${title}: 600 estimates from ${st.n} trajectories each spread by ${spreads[name].toFixed(2)} around ${truth.toFixed(2)}.`);
      tile(name, variance(means[name]).toFixed(2), `exact ${(spreads[name] ** 2).toFixed(2)}`);
    });
    tile("truth", truth.toFixed(2));
  };
  return { node, draw, state: st };
};
