// The advantages figure: ten steps whose numbers can be moved, and a recorded landing.
L.figures.credit = (host, values, redraw) => {
  const ten = L.tenStepScene(redraw, values), landing = L.landingScene(redraw, values.landing);
  host.append(ten.node, landing.node);
  const scenes = { ten, landing };
  return { scenes: { ten: ten.node, landing: landing.node }, draw: (theme, scene) => scenes[scene].draw(theme) };
};

// γ and λ, the two dials of every advantage.
L.creditDials = (bar, st, redraw) => {
  const dial = (label, name, min) => L.lessonSlider(bar, { label, min, max: 1, step: 0.01, say: (v) => v.toFixed(2), move: (v) => { st[name] = v; redraw(); } });
  const gamma = dial("discount γ", "gamma", 0.5), lambda = dial("λ", "lambda", 0);
  return () => { gamma.set(st.gamma); lambda.set(st.lambda); };
};

// The handle that chooses step t, and a press anywhere on the chart that does the same.
L.stepHandle = (chart, st, count, redraw) => {
  const choose = (x) => { st.t = L.clamp(Math.round(x), 0, count - 1); redraw(); };
  L.handle(chart, {
    label: "Step t", shape: "bar", step: 1, part: "step", colour: "var(--st-text-color)", at: () => [st.t, chart.y ? chart.y[1] - 0.06 * (chart.y[1] - chart.y[0]) : 0], move: choose,
    says: () => `step ${st.t}`, tag: () => `t = ${st.t}`, bounds: { lo: 0, hi: count - 1, now: () => st.t },
  });
  chart.svg.onpointerdown = (ev) => choose(chart.ix(L.within(chart.body, ev)[0]));
};

L.horizon = (gamma, lambda) => (gamma * lambda < 1 ? L.number(1 / (1 - gamma * lambda), gamma * lambda > 0.9 ? 0 : 1) : "∞");

L.tenStepScene = (redraw, values) => {
  const C = L.credit, T = values.rewards.length, Y = [-4, 8], st = { t: 3, gamma: 0.99, lambda: 0.95, terminated: true };
  const reset = () => { st.rewards = [...values.rewards]; st.values = [...values.values]; };
  reset();
  const node = L.el("div", "ppo-scene"), bar = L.el("div", "ppo-panel-controls"), row = L.el("div", "ppo-panel-controls ppo-credit-bar");
  // The lowest chart carries the steps of all three.
  const options = { margin: { l: 34, r: 16, t: 6, b: 22 } }, upper = { margin: { ...options.margin, b: 8 } };
  const given = new L.Chart(node, { ...upper, title: "Given: rewards r and the critic’s values V", sub: "bars and dots; the chosen step’s can be dragged; pale: before it" });
  const errors = new L.Chart(node, { ...upper, title: "TD errors δ", sub: "filled: the share (γλ)ˡ that reaches Âₜ" });
  const result = new L.Chart(node, { ...options, title: "Advantages Â", sub: "marks: λ = 0 on the left, λ = 1 on the right" });
  given.node.style.flexGrow = 1.15; result.node.style.flexGrow = 1.1;
  const filled = L.el("div", "ppo-filled");
  filled.dataset.part = "formula";
  row.append(bar); node.append(filled, row);
  const dials = L.creditDials(bar, st, redraw);
  const end = L.choices(row, "How the episode ends", [["over", "terminated"], ["cut", "cut by a time limit"]], (id) => { st.terminated = id === "over"; redraw(); });
  L.choices(row, "Numbers", [["reset", "Original numbers"]], () => { reset(); redraw(); });
  const tile = L.tilesOf(node, [
    ["delta", "TD error δₜ", "rₜ + γ Vₜ₊₁ − Vₜ"], ["advantage", "Advantage Âₜ"], ["togo", "Reward-to-go Gₜ"], ["error", "Gₜ − Vₜ", "Âₜ at λ = 1"],
    ["horizon", "Horizon 1/(1 − γλ)", "After so many steps a TD error counts for about a third"],
  ]);
  const drag = (label, name, colour, dx, tag) => L.handle(given, {
    label, axis: "y", step: 0.1, part: name, colour, at: () => [st.t + dx, st[name][st.t]], says: () => `${label} ${L.number(st[name][st.t], 1)} at step ${st.t}`,
    move: (_, y) => { st[name][st.t] = L.clamp(L.snap(y, 0.1), Y[0] + 0.5, Y[1] - 0.5); redraw(); }, tag: () => `${tag} ${L.number(st[name][st.t], 1)}`, flip: dx < 0,
    bounds: { lo: Y[0], hi: Y[1], now: () => st[name][st.t] },
  });
  drag("Reward", "rewards", "var(--ppo-green)", -0.18, "r"); drag("Value", "values", "var(--ppo-purple)", 0.18, "V");
  for (const chart of [errors, given, result]) L.stepHandle(chart, st, T, redraw);
  // One of the three is enough for the keyboard and for those who are read to.
  for (const chart of [given, result]) chart.handles.pop().remove();
  const steps = Array.from({ length: T }, (_, t) => t), X = [-0.6, T - 0.4];

  const draw = (t) => {
    dials(); end.set(st.terminated ? "over" : "cut");
    const { deltas, advantages, toGo } = C.all(st.rewards, st.values, st.gamma, st.lambda, st.terminated), ends = C.advantages(deltas, st.gamma, 1);
    const w = C.weights(st.gamma, st.lambda, T - st.t), width = Math.max(4, (given.body.clientWidth / T) * 0.2), f = (v) => L.number(v);
    const prepare = (c, y) => {
      if (!c.begin(X, y, t)) return false;
      c.axes({ xs: steps, ys: L.ticks(...y, 4), xtext: (v) => (c === result ? `t = ${v}` : "") });
      c.level("zero", 0, { stroke: t.axis, width: 1 });
      c.path("chosen", `M${c.sx(st.t - 0.46)} ${c.margin.t}H${c.sx(st.t + 0.46)}V${c.h - c.margin.b}H${c.sx(st.t - 0.46)}Z`, { fill: L.fade(t.text, 0.07) });
      return true;
    };
    const range = (numbers) => [Math.min(-2.5, Math.floor(Math.min(...numbers) - 0.8)), Math.max(2.5, Math.ceil(Math.max(...numbers) + 0.8))];
    if (prepare(given, Y)) {
      steps.forEach((s) => given.segment("r" + s, s - 0.18, 0, s - 0.18, st.rewards[s], { stroke: t.green, width, opacity: s < st.t ? 0.35 : 1, part: "rewards" }));
      const xs = [...steps, ...(st.terminated ? [] : [T - 0.55])].map((s) => s + 0.18), vs = st.values.slice(0, xs.length);
      given.line("v", xs, vs, { stroke: t.purple, width: 1.5, dash: "dot", part: "values" });
      vs.forEach((v, s) => given.dot("v" + s, xs[s], v, { fill: s === T ? t.panel : t.purple, stroke: t.purple, r: 4, part: "values" }));
      given.end();
      given.describe(`Ten steps. Rewards ${st.rewards.map((v) => L.number(v, 1)).join(", ")}; values ${st.values.slice(0, T).map((v) => L.number(v, 1)).join(", ")}${st.terminated ? "" : `, and ${L.number(st.values[T], 1)} after the cut`}.`);
    }
    if (prepare(errors, range(deltas))) {
      steps.forEach((s) => {
        errors.segment("d" + s, s, 0, s, deltas[s], { stroke: t.orange, width, opacity: 0.28, part: "deltas" });
        const share = s >= st.t ? w[s - st.t] : 0, up = deltas[s] >= 0;
        if (share) errors.segment("w" + s, s, 0, s, share * deltas[s], { stroke: t.orange, width, part: "deltas weights" });
        errors.text("n" + s, s, deltas[s], share ? `× ${share < 0.005 ? "0" : share.toFixed(2)}` : "–", { anchor: "middle", dy: up ? -5 : 13, size: 12, fill: share ? t.text : t.muted, part: "weights" });
      });
      errors.end();
      errors.describe(`TD errors ${deltas.map(f).join(", ")}. Step ${st.t} takes them with weights ${w.map((v) => v.toFixed(2)).join(", ")} from itself on.`);
    }
    if (prepare(result, range([...advantages, ...ends, ...deltas]))) {
      steps.forEach((s) => {
        result.segment("a" + s, s, 0, s, advantages[s], { stroke: t.blue, width: 1.4 * width, opacity: s === st.t ? 1 : 0.55, part: "advantages" });
        result.segment("z" + s, s - 0.32, deltas[s], s - 0.16, deltas[s], { stroke: t.orange, width: 3, part: "ends" });
        result.segment("o" + s, s + 0.16, ends[s], s + 0.32, ends[s], { stroke: t.purple, width: 3, part: "ends" });
      });
      result.end();
      result.describe(`Advantages with γ ${st.gamma.toFixed(2)} and λ ${st.lambda.toFixed(2)}: ${advantages.map(f).join(", ")}. At λ = 1 they would be ${ends.map(f).join(", ")}.`);
    }
    const terms = w.slice(0, 4).map((v, l) => `${l ? `${v.toFixed(2)} × ` : ""}${deltas[st.t + l] < 0 ? `(${f(deltas[st.t + l])})` : f(deltas[st.t + l])}`);
    const words = `Âₜ = ${terms.join(" + ")}${w.length > 4 ? " + …" : ""}`;
    if (filled.words !== words) { filled.words = words; filled.innerHTML = `<span>${words}</span><span>= <b>${f(advantages[st.t])}</b></span>`; }
    tile("delta", f(deltas[st.t])); tile("advantage", f(advantages[st.t]), advantages[st.t] > 0 ? "do it more" : "do it less");
    tile("togo", f(toGo[st.t])); tile("error", f(toGo[st.t] - st.values[st.t])); tile("horizon", L.horizon(st.gamma, st.lambda), "steps");
  };
  return { node, draw, state: st };
};

L.landingScene = (redraw, run) => {
  const C = L.credit, T = run.rewards.length, ACTIONS = ["nothing", "left engine", "main engine", "right engine"];
  const st = { t: run.first, gamma: run.gamma, lambda: run.gae_lambda }, steps = Array.from({ length: T }, (_, t) => t);
  const node = L.el("div", "ppo-scene"), row = L.el("div", "ppo-row"), right = L.el("div", "ppo-stack"), bar = L.el("div", "ppo-panel-controls");
  right.style.flex = "1.6 1 0"; right.style.minWidth = 0;
  const way = new L.Chart(row, { title: "The landing", sub: "size: |Â|; open: Â < 0", margin: { l: 14, r: 14, b: 28 } });
  row.append(right); node.append(row, bar);
  const guess = new L.Chart(right, { title: "What was expected, what came", sub: "V dotted, G solid", xlabel: "step", margin: { l: 40, b: 34 } });
  const credit = new L.Chart(right, { title: "Advantages Â", sub: "thin: TD errors δ", xlabel: "step", margin: { l: 40, b: 34 } });
  const dials = L.creditDials(bar, st, redraw);
  const tile = L.tilesOf(node, [["action", "Action at t"], ["reward", "Reward rₜ"], ["value", "Value Vₜ"], ["delta", "TD error δₜ"], ["advantage", "Advantage Âₜ"], ["noise", "Spread of Â", "Standard deviation over the landing; at λ = 1 it is that of Gₜ − Vₜ"]]);
  for (const chart of [credit, guess]) L.stepHandle(chart, st, T, redraw);
  guess.handles.pop().remove();
  const spread = (a) => { const m = a.reduce((s, v) => s + v, 0) / a.length; return Math.sqrt(a.reduce((s, v) => s + (v - m) ** 2, 0) / a.length); };

  const draw = (t) => {
    dials();
    const { deltas, advantages, toGo } = C.all(run.rewards, run.values, st.gamma, st.lambda, true), f = (v) => L.number(v, 1);
    const most = Math.max(...advantages.map(Math.abs)), [x, y] = run.positions[st.t];
    const w = way.body.clientWidth - 28, h = way.body.clientHeight - 36, tall = Math.max(1.6, (0.75 * h) / w), wide = (tall * w) / h / 1.5;  // a unit of x is 1.5 units of y
    if (h > 40 && way.begin([-wide / 2, wide / 2], [-0.1, tall - 0.1], t)) {
      way.segment("ground", -wide, 0, wide, 0, { stroke: t.axis, width: 1.5 });
      way.segment("pad", -0.2, 0, 0.2, 0, { stroke: t.text, width: 4 });
      way.text("padname", 0, 0, "landing pad", { anchor: "middle", dy: 24, size: 12, fill: t.muted });
      way.line("path", run.positions.map((p) => p[0]), run.positions.map((p) => p[1]), { stroke: t.faint, width: 1, part: "path" });
      steps.forEach((s) => { const up = advantages[s] > 0, colour = up ? t.blue : t.orange;
        way.dot("s" + s, ...run.positions[s], { r: 1 + 8 * Math.sqrt(Math.abs(advantages[s]) / most), fill: up ? L.fade(t.blue, 0.45) : "none", stroke: colour, width: 1, part: "path advantages" }); });
      way.dot("now", x, y, { r: 7, stroke: t.text, width: 3, part: "step" });
      way.text("nowname", x, y, `t = ${st.t}`, { dx: x > 0.25 * wide ? -14 : 14, dy: -8, anchor: x > 0.25 * wide ? "end" : "start", weight: 600, part: "step" });
      way.end();
      way.describe(`The path of a lander from above to its pad in ${T} steps. At step ${st.t} it fires ${ACTIONS[run.actions[st.t]]}; the advantage is ${f(advantages[st.t])}.`);
    }
    const both = [...run.values.slice(0, T), ...toGo];
    if (guess.begin([0, T], [50 * Math.floor(Math.min(...both) / 50), Math.max(...both) * 1.05], t)) {
      guess.axes();
      guess.line("g", steps, toGo, { stroke: t.green, width: 2, part: "rewards" });
      guess.line("v", steps, run.values.slice(0, T), { stroke: t.purple, width: 2.5, dash: "dot", part: "values" });
      guess.rule("t", st.t, { stroke: t.text, width: 1, part: "step" });
      guess.text("vn", 0, run.values[0], "V", { dx: 6, dy: run.values[0] > toGo[0] ? -8 : 18, fill: t.purple, weight: 600, part: "values" });
      guess.text("gn", 0, toGo[0], "G", { dx: 6, dy: run.values[0] > toGo[0] ? 18 : -8, fill: t.green, weight: 600, part: "rewards" });
      guess.end();
      guess.describe(`Over ${T} steps the critic expects between ${f(Math.min(...run.values.slice(0, T)))} and ${f(Math.max(...run.values))}; with γ ${st.gamma.toFixed(2)} between ${f(Math.min(...toGo))} and ${f(Math.max(...toGo))} came.`);
    }
    const range = [...advantages, ...deltas];
    if (credit.begin([0, T], [Math.min(-2, ...range) * 1.08, Math.max(2, ...range) * 1.08], t)) {
      credit.axes();
      credit.area("a", steps, advantages, { fill: L.fade(t.blue, 0.25), stroke: t.blue, width: 1.5, part: "advantages" });
      credit.line("d", steps, deltas, { stroke: t.orange, width: 1, part: "deltas" });
      credit.rule("t", st.t, { stroke: t.text, width: 1, part: "step" });
      credit.dot("now", st.t, advantages[st.t], { fill: t.blue, stroke: t.panel, r: 5, part: "step" });
      credit.end();
      credit.describe(`Advantages over the landing, from ${f(Math.min(...advantages))} to ${f(Math.max(...advantages))}, with γ ${st.gamma.toFixed(2)} and λ ${st.lambda.toFixed(2)}.`);
    }
    tile("action", ACTIONS[run.actions[st.t]]); tile("reward", f(run.rewards[st.t])); tile("value", f(run.values[st.t])); tile("delta", f(deltas[st.t]));
    tile("advantage", f(advantages[st.t]), advantages[st.t] > 0 ? "more" : "less"); tile("noise", L.number(spread(advantages), 1));
  };
  return { node, draw, state: st };
};
