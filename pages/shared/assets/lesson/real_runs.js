// Recorded runs for the policy-gradient figure: three learning rates side by side, and one gradient a batch against many.
L.realScene = (redraw, values) => {
  const NAMES = { barely: "too small", healthy: "right", step: "too large" }, cases = Object.entries(values.cases), N = values.cases.healthy.kl.length, st = { u: 54 };
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = 1.15;
  node.append(upper, lower);
  const returns = new L.Chart(upper, { title: "Mean return on CartPole", sub: "three recorded runs; drag the update", xlabel: "update", margin: { l: 46, r: 20, t: 12, b: 34 } });
  const kl = new L.Chart(lower, { title: "KL of each update", sub: "nats, logarithmic", xlabel: "update", margin: { l: 46, r: 14, t: 10, b: 34 } });
  const reuse = new L.Chart(lower, { title: "One gradient a batch, or 48", sub: "mean return", xlabel: "steps in the environment", margin: { l: 42, r: 18, t: 10, b: 34 } });
  const tile = L.tilesOf(node, [["at", "Update"], ...cases.map(([name, run]) => [name, `α ${L.plain(run.rate)}, ${NAMES[name]}`, "Mean return at this update, and the entropy of the policy"])]);
  L.handle(returns, {
    label: "Update of the runs", shape: "bar", step: 1, part: "returns", colour: "var(--st-text-color)", at: () => [st.u, returns.y ? returns.y[0] : 0],
    move: (x) => { st.u = L.clamp(Math.round(x), 1, N); redraw(); }, says: () => `update ${st.u}`, tag: () => `${st.u}`, bounds: { lo: 1, hi: N, now: () => st.u },
  });
  const floor = 1e-9, log = (v) => Math.log10(Math.max(v, floor)), xs = Array.from({ length: N }, (_, i) => i + 1);

  return { node, state: st, draw(t) {
    const look = { barely: { stroke: t.purple, dash: "dot" }, healthy: { stroke: t.blue }, step: { stroke: t.danger, dash: "dash" } };
    if (returns.begin([0, N + 1], [0, 520], t)) {
      returns.axes({ ys: [0, 250, 500] });
      cases.forEach(([name, run]) => {
        const ys = run.ep_rew_mean, at = { healthy: Math.round(0.55 * N), step: Math.round(0.57 * N), barely: N - 1 }[name];
        returns.line(name, xs, ys, { ...look[name], width: 2.5, part: `${name} returns` });
        returns.dot("d" + name, st.u, ys[st.u - 1], { fill: look[name].stroke, stroke: t.panel, r: 5, part: `${name} returns` });
        returns.text("n" + name, at + 1, ys[at], NAMES[name], { anchor: "end", dx: name === "healthy" ? -10 : 0, dy: -8, fill: look[name].stroke, weight: 600, part: `${name} returns` });
      });
      returns.rule("u", st.u, { stroke: t.muted, dash: "dot", part: "returns" });
      returns.end();
      returns.describe(`Mean return of three runs over ${N} updates. At update ${st.u}: ${cases.map(([name, run]) => `${NAMES[name]} ${L.number(run.ep_rew_mean[st.u - 1], 0)}`).join(", ")}. At the end: ${cases.map(([name, run]) => `${NAMES[name]} ${L.number(run.ep_rew_mean[N - 1], 0)}`).join(", ")}.`);
    }
    if (kl.begin([0, N + 1], [-9, 1.4], t)) {
      kl.axes({ ys: [-8, -6, -4, -2, 0], ytext: L.tenTo });
      kl.path("band", `M${kl.margin.l} ${kl.sy(log(0.003))}H${kl.w - kl.margin.r}V${kl.sy(log(0.03))}H${kl.margin.l}Z`, { fill: L.fade(t.blue, 0.12), part: "kl" });
      kl.text("bandname", N, log(0.03), "usual", { anchor: "end", dy: -5, size: 12, fill: t.muted, part: "kl" });
      cases.forEach(([name, run]) => kl.line(name, xs, run.kl.map(log), { ...look[name], width: 1.8, part: `${name} kl` }));
      kl.rule("u", st.u, { stroke: t.muted, dash: "dot", part: "kl" });
      kl.end();
      kl.describe(`KL at update ${st.u}: ${cases.map(([name, run]) => `${NAMES[name]} ${L.brief(run.kl[st.u - 1])}`).join(", ")} nats.`);
    }
    const { a2c, ppo } = values.reuse, steps = ppo.map((_, i) => (i + 1) * values.batch), top = 1.25 * Math.max(...ppo);
    if (reuse.begin([0, steps[steps.length - 1]], [0, top], t)) {
      reuse.axes({ xs: [0, 10000, 20000, 30000], xtext: (v) => (v ? `${v / 1000}k` : "0"), ys: L.ticks(0, top, 3) });
      reuse.line("ppo", steps, ppo, { stroke: t.blue, width: 2.5, part: "reuse" });
      reuse.line("a2c", steps, a2c, { stroke: t.vanilla, width: 2.5, dash: "dash", part: "reuse" });
      reuse.text("np", steps[steps.length - 1], ppo[ppo.length - 1], "48", { anchor: "end", dy: -7, fill: t.blue, weight: 600, part: "reuse" });
      reuse.text("na", steps[steps.length - 1], a2c[a2c.length - 1], "1 gradient", { anchor: "end", dy: -9, fill: t.vanilla, weight: 600, part: "reuse" });
      reuse.end();
      reuse.describe(`From the same number of steps, one gradient a batch reaches a mean return of ${L.number(a2c[a2c.length - 1], 0)}, 48 gradients a batch ${L.number(ppo[ppo.length - 1], 0)}.`);
    }
    tile("at", String(st.u), `of ${N}`);
    cases.forEach(([name, run]) => tile(name, L.number(run.ep_rew_mean[st.u - 1], 0), `entropy ${L.number(run.entropy[st.u - 1])}`, name === "step" && run.entropy[st.u - 1] < 0.05));
  } };
};
