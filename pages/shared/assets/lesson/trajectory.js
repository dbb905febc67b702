// The weight of whole trajectories: sixty products of ratios over time, with the step's shift and the length to move.
L.trajectoryScene = (redraw) => {
  const M = L.trajectory, PATHS = 60, LONGEST = 300, u = L.uniforms(11);
  const uniforms = Array.from({ length: PATHS }, () => Array.from({ length: LONGEST }, () => u()));
  const st = { delta: 0.1, steps: 100 };
  const node = L.el("div", "ppo-scene");
  const upper = L.el("div", "ppo-row"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = 1.5;
  node.append(upper);
  const products = new L.Chart(upper, { title: "Weight of a whole trajectory", sub: "60 trajectories of the old policy, logarithmic", xlabel: "steps t", margin: { l: 58, r: 18, t: 16 } });
  const bar = L.el("div", "ppo-panel-controls");
  node.append(bar, lower);
  const one = new L.Chart(lower, { title: "Ratio of one step", xlabel: "r", margin: { l: 46 } });
  const worth = new L.Chart(lower, { title: "What 1,000 trajectories are worth", xlabel: "steps T", margin: { l: 56 } });
  worth.node.style.flexGrow = 1.4;
  const tile = L.tilesOf(node, [
    ["kl", "KL of one step", "KL(old ‖ new) in nats"], ["typical", "Typical weight", "exp(T E[log r]): where half of the trajectories fall below, roughly"],
    ["mean", "Mean weight", "E[W] is exactly 1 for every T"], ["worth", "Worth, whole paths", "Effective number of 1,000 trajectories"], ["single", "Worth, single steps", "Effective number of 1,000 single steps"],
  ]);
  const delta = L.lessonSlider(bar, { label: "shift δ of the policy", min: 0, max: 0.4, step: 0.005, say: (v) => `½ → ${(0.5 + v).toFixed(3)}`, move: (v) => { st.delta = v; redraw(); } });
  const steps = L.lessonSlider(bar, { label: "steps T", min: 1, max: LONGEST, step: 1, say: (v) => String(v), move: (v) => { st.steps = v; redraw(); } });
  delta.set(st.delta); steps.set(st.steps);
  L.handle(products, {
    label: "Length T of the trajectory", shape: "bar", step: 1, colour: "var(--ppo-orange)", part: "length", at: () => [st.steps, 0],
    move: (x) => { st.steps = L.clamp(Math.round(x), 1, LONGEST); steps.set(st.steps); redraw(); },
    says: () => `${st.steps} steps`, tag: () => `T = ${st.steps}`, bounds: { lo: 1, hi: LONGEST, now: () => st.steps },
  });

  const power = (v) => (v === 0 ? "1" : "10" + String(v).replace("-", "−").replace(/\d|−/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d] ?? "⁻"));
  const tidy = (v) => (v >= 0.01 && v < 1000 ? L.number(v, v < 10 ? 2 : 0) : v === 0 ? "0" : `${(v / 10 ** Math.floor(Math.log10(v))).toFixed(1)} · ${power(Math.floor(Math.log10(v)))}`);

  const draw = (t) => {
    const paths = uniforms.map((row) => M.logProducts(row.slice(0, st.steps), st.delta).map((v) => v / Math.LN10));
    const ends = paths.map((path) => path[path.length - 1]), edge = Math.max(2, ...ends.map(Math.abs), ...paths.map((p) => Math.max(...p)));
    const high = Math.ceil(edge), c = products;
    if (c.begin([0, LONGEST], [-high, high], t)) {
      const marks = L.ticks(-high, high, 6).filter((v) => Number.isInteger(v));
      c.axes({ ys: marks, ytext: power });
      const xs = Array.from({ length: st.steps + 1 }, (_, i) => i);
      paths.forEach((path, i) => c.line("path" + i, xs, path, { stroke: t.text, width: 1, opacity: 0.3, part: "paths" }));
      c.level("one", 0, { stroke: t.blue, width: 2, part: "mean" });
      c.segment("drift", 0, 0, st.steps, (st.steps * M.drift(st.delta)) / Math.LN10, { stroke: t.orange, width: 3, dash: "dash", part: "typical" });
      c.text("onename", LONGEST, 0, "mean weight: exactly 1", { anchor: "end", dy: -8, fill: t.blue, weight: 600, part: "mean" });
      const low = (st.steps * M.drift(st.delta)) / Math.LN10;
      c.text("driftname", Math.max(40, st.steps), low, "typical", { anchor: st.steps > 240 ? "end" : "start", dx: st.steps > 240 ? -8 : 8, dy: st.steps > 240 ? 20 : 5, fill: t.orange, weight: 600, part: "typical" });
      c.rule("length", st.steps, { stroke: t.orange, dash: "dot", part: "length" });
      c.end();
      c.describe(`Sixty products of ratios over ${st.steps} steps, from weight 1. The mean stays 1; the typical weight ends at ${tidy(10 ** low)}; the largest of the sixty ends at ${tidy(10 ** Math.max(...ends))}, the smallest at ${tidy(10 ** Math.min(...ends))}.`);
    }
    const b = one;
    if (b.begin([0, 2], [0, 62], t)) {
      b.axes({ ys: [0, 50], ytext: (v) => v + " %", xs: [0, 0.5, 1, 1.5, 2], xtext: (v) => String(v) });
      b.path("band", `M${b.sx(0.8)} ${b.margin.t}H${b.sx(1.2)}V${b.h - b.margin.b}H${b.sx(0.8)}Z`, { fill: L.fade(t.blue, 0.16), part: "band" });
      b.text("bandname", 1, 62, "1 ± 0.2", { anchor: "middle", dy: 14, size: 12.5, fill: t.blue, part: "band" });
      [1 - 2 * st.delta, 1 + 2 * st.delta].forEach((r, i) => b.segment("bar" + i, r, 0, r, 50, { stroke: t.text, width: 7, part: "single" }));
      b.end();
      b.describe(`One step's ratio is ${(1 - 2 * st.delta).toFixed(2)} or ${(1 + 2 * st.delta).toFixed(2)}, each half of the time.`);
    }
    const e = worth;
    if (e.begin([0, LONGEST], [0, 1000], t)) {
      e.axes({ ys: [0, 500, 1000], ytext: (v) => (v === 1000 ? "1,000" : String(v)) });
      const xs = Array.from({ length: 101 }, (_, i) => 3 * i);
      e.line("curve", xs, xs.map((x) => 1000 * M.effectiveShare(st.delta, x)), { stroke: t.orange, width: 2.5, dash: "dash", part: "worth" });
      e.level("single", 1000 * M.effectiveShare(st.delta, 1), { stroke: t.blue, width: 2, part: "single" });
      e.text("sn", LONGEST, 1000 * M.effectiveShare(st.delta, 1), "one step at a time", { anchor: "end", dy: 18, fill: t.blue, weight: 600, part: "single" });
      e.dot("now", st.steps, 1000 * M.effectiveShare(st.delta, st.steps), { fill: t.orange, r: 5, part: "worth" });
      e.end();
      e.describe(`The worth of 1,000 reweighted trajectories falls with their length; at ${st.steps} steps it is ${tidy(1000 * M.effectiveShare(st.delta, st.steps))}.`);
    }
    const share = M.effectiveShare(st.delta, st.steps);
    tile("kl", (-M.drift(st.delta)).toFixed(4), "nats");
    tile("typical", tidy(Math.exp(st.steps * M.drift(st.delta))));
    tile("mean", "1", "always");
    tile("worth", 1000 * share < 1 ? "< 1" : Math.round(1000 * share).toLocaleString("en"), "of 1,000", share < 0.05);
    tile("single", Math.round(1000 * M.effectiveShare(st.delta, 1)).toLocaleString("en"), "of 1,000");
  };
  return { node, draw, state: st };
};
