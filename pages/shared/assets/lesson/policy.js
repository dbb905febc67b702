// TRPO on three actions: the KL ball in the plane of the two parameters, the natural step, and the line search along it.
L.policyScene = (redraw) => {
  const S = L.smallPolicy, T = L.trust, st = { theta: [-1.2, 0.7], delta: 0.1 };
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = 2.1;
  node.append(upper, bar, lower);
  const c = new L.Chart(upper, { title: "All policies of two parameters", sub: "level curves: expected value", xlabel: "θ₁", margin: { l: 40, r: 16, t: 12 } });
  const bars = new L.Chart(lower, { title: "Probability of each action", sub: "grey before, green after", margin: { l: 46, b: 30 } });
  const search = new L.Chart(lower, { title: "Line search", sub: "KL in nats along the step", xlabel: "share of the full step", margin: { l: 52, b: 34, t: 16 } });
  const tile = L.tilesOf(node, [
    ["predictedgain", "Gain, predicted", "gᵀs of the point taken"], ["realgain", "Gain, real"], ["klreached", "KL reached, nats"], ["backtracks", "Backtracks"], ["residual", "CG residual", "after 0, 1, 2 iterations"],
  ]);
  const delta = L.lessonSlider(bar, { label: "radius δ, in nats of KL", min: -3, max: 0, step: 0.05, say: (v) => (10 ** v).toPrecision(2), move: (v) => { st.delta = 10 ** v; redraw(); } });
  const take = L.choices(bar, "Steps", [["step", "Take the step"], ["reset", "Start again"]], (id) => {
    st.theta = id === "reset" ? [-1.2, 0.7] : S.step(st.theta, st.delta).reached.map((v, i) => L.clamp(v, i ? -1.8 : -3, i ? 1.8 : 3)); redraw();
  });
  take.node.children[0].classList.add("main");
  L.handle(c, {
    label: "Old policy θ", axis: "xy", step: 0.05, part: "old", colour: "var(--st-text-color)", at: () => st.theta,
    move: (x, y) => { st.theta = [L.clamp(x, -3, 3), L.clamp(y, -1.8, 1.8)]; redraw(); },
    says: () => "parameters " + st.theta.map((v) => v.toFixed(2)).join(", "), tag: () => "π old", bounds: { lo: -3, hi: 3, now: () => st.theta[0] },
  });
  const curves = {};

  const draw = (t) => {
    delta.set(Math.log10(st.delta));
    const step = S.step(st.theta, st.delta), taken = step.tries.find((q) => q.accepted), reached = step.reached, share = taken ? taken.fraction : 0;
    const w = c.body.clientWidth - c.margin.l - c.margin.r, h = c.body.clientHeight - c.margin.t - c.margin.b, unit = Math.min(w / 6.4, h / 3.9);
    const X = [-w / unit / 2, w / unit / 2], Y = [-h / unit / 2, h / unit / 2];
    if (unit > 0 && c.begin(X, Y, t)) {
      const key = String(X) + Y;
      if (curves.key !== key) { curves.key = key; curves.levels = L.contours(S.expected, X, Y, [0.9, 0.75, 0.6, 0.45, 0.3, 0.15, 0, -0.15, -0.3]); }
      c.axes({ grid: false });
      c.text("ylabel", X[0], Y[1], "θ₂", { dx: 6, dy: 12, size: 12, fill: t.muted });
      L.drawContours(c, curves.levels, t.text, "value");
      const angles = Array.from({ length: 145 }, (_, k) => (2 * Math.PI * k) / 144), trace = (f) => angles.map((a, k) => { const s = f(a); return (k ? "L" : "M") + c.sx(st.theta[0] + s * Math.cos(a)).toFixed(1) + " " + c.sy(st.theta[1] + s * Math.sin(a)).toFixed(1); }).join("") + "Z";
      c.path("ball", trace((a) => S.reach(st.theta, a, st.delta)), { fill: L.fade(t.green, 0.15), stroke: t.green, width: 2.2, part: "ball" });
      const F = S.fisher(st.theta);
      c.path("ellipse", trace((a) => { const u = [Math.cos(a), Math.sin(a)]; return Math.min(12, Math.sqrt((2 * st.delta) / T.dot(u, T.times(F, u)))); }), { stroke: t.green, width: 1.6, dash: "dash", part: "ellipse" });
      // Conjugate gradient's iterates, scaled as the natural step is.
      const factor = T.norm(step.full) / T.norm(step.natural), walk = step.walk.map((p) => T.plus(st.theta, p, factor));
      c.line("walk", walk.map((p) => p[0]), walk.map((p) => p[1]), { stroke: t.blue, width: 2.5, part: "walk" });
      walk.slice(1).forEach((p, i) => { c.dot("w" + i, p[0], p[1], { fill: t.blue, r: 4, part: "walk" }); });
      if (walk[1]) c.text("wn", walk[1][0], walk[1][1], "CG 1", { dx: -9, dy: 14, anchor: "end", fill: t.blue, size: 12.5, part: "walk" });
      L.arrow(c, "plain", st.theta, T.plus(st.theta, step.plain), { stroke: t.vanilla, dash: "dash", part: "plain" });
      const end = T.plus(st.theta, step.plain);
      c.text("plainname", end[0], end[1], "along the gradient", { dx: end[0] < st.theta[0] ? -8 : 8, dy: 16, anchor: end[0] < st.theta[0] ? "end" : "start", fill: t.vanilla, size: 12.5, part: "plain" });
      L.arrow(c, "full", st.theta, T.plus(st.theta, step.full), { stroke: t.text, dash: "longdash", width: 2.2, opacity: 0.75, part: "natural" });
      step.tries.forEach((q, i) => { const p = T.plus(st.theta, step.full, q.fraction);
        if (q.accepted) c.dot("try" + i, p[0], p[1], { fill: t.green, stroke: t.panel, r: 6, part: "search natural" });
        else c.text("tryx" + i, p[0], p[1], "✕", { anchor: "middle", dy: 5, fill: t.danger, weight: 700, size: 15, part: "search" }); });
      const tip = T.plus(st.theta, step.full);
      c.text("natname", tip[0], tip[1], "natural step", { dx: 12, dy: 4, weight: 600, part: "natural" });
      c.end();
      c.describe(`The plane of two parameters. Old policy at ${st.theta.map((v) => v.toFixed(2)).join(", ")}; within KL ${st.delta.toPrecision(2)} the natural step goes to ${reached.map((v) => v.toFixed(2)).join(", ")}, after ${step.tries.length - 1} backtracks.`);
    }
    const before = S.probs(st.theta), after = S.probs(reached);
    if (bars.begin([-0.6, 2.6], [0, 1], t)) {
      bars.axes({ xs: [0, 1, 2], xtext: (i) => `${i + 1}: worth ${L.plain(S.values[i])}`, ys: [0, 0.5, 1], ytext: (v) => `${100 * v} %` });
      before.forEach((p, i) => { bars.segment("b" + i, i - 0.14, 0, i - 0.14, p, { stroke: t.faint, width: 16, part: "old" }); bars.segment("a" + i, i + 0.14, 0, i + 0.14, after[i], { stroke: t.green, width: 16, part: "natural" }); });
      bars.end();
      bars.describe(`Probabilities before: ${before.map((p) => p.toFixed(2)).join(", ")}; after: ${after.map((p) => p.toFixed(2)).join(", ")}; the actions are worth ${S.values.join(", ")}.`);
    }
    const shares = Array.from({ length: 41 }, (_, i) => (1.15 * i) / 40), kls = shares.map((s) => S.kl(st.theta, T.plus(st.theta, step.full, s))), top = Math.max(1.7 * st.delta, 1.05 * kls[35]);
    if (search.begin([0, 1.15], [0, top], t)) {
      search.axes({ xs: [0, 0.25, 0.5, 0.75, 1], ytext: (v) => String(v), ys: L.ticks(0, top, 3) });
      search.line("model", shares, shares.map((s) => s * s * st.delta), { stroke: t.green, dash: "dash", width: 1.6, part: "ellipse" });
      search.line("kl", shares, kls, { stroke: t.text, width: 2.5, part: "search" });
      search.level("delta", st.delta, { stroke: t.danger, dash: "dot", part: "ball" });
      search.text("dn", 0, st.delta, "δ", { dx: 6, dy: -6, fill: t.danger, weight: 600, part: "ball" });
      step.tries.forEach((q, i) => q.accepted ? search.dot("t" + i, q.fraction, q.kl, { fill: t.green, stroke: t.panel, r: 6, part: "search" })
        : search.text("tx" + i, q.fraction, q.kl, "✕", { anchor: "middle", dy: 5, fill: t.danger, weight: 700, size: 15, part: "search" }));
      search.end();
      search.describe(`KL along the step: the full step has ${step.tries[0].kl.toPrecision(2)}, the limit is ${st.delta.toPrecision(2)}; ${taken ? `a share of ${share.toFixed(2)} is taken` : "nothing is taken"}.`);
    }
    tile("predictedgain", L.number(share * step.predicted, 3)); tile("realgain", L.number(taken ? taken.improvement : 0, 3));
    tile("klreached", (taken ? taken.kl : 0).toPrecision(2), `of ${st.delta.toPrecision(2)}`); tile("backtracks", String(step.tries.length - 1), "of 10", step.tries.length > 1);
    tile("residual", step.residuals[1].toPrecision(1), "then 0");
  };
  return { node, draw, state: st };
};
