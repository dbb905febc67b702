// The trust-region figure: a Taylor model in its ball on one and on two variables, and TRPO's ball on a small policy.
L.figures.trust = (host, values, redraw) => {
  const line = L.trustScene(redraw, false, values), plane = L.trustScene(redraw, true, values), policy = L.policyScene(redraw);
  host.append(line.node, plane.node, policy.node);
  const scenes = { line, plane, policy };
  return {
    scenes: { line: line.node, plane: plane.node, policy: policy.node },
    draw: (theme, scene) => scenes[scene].draw(theme),
    end() { line.stop(); plane.stop(); },
  };
};

L.trustScene = (redraw, flat, values) => {
  const T = L.trust, PLACES = {
    wells: { start: [0.55], radius: 1.1, x: [-3.4, 3.4], y: [-0.6, 5], largest: 4 },
    rosenbrock: { start: [-1.2, 1], radius: 0.5, x: [-1.9, 1.9], y: [-0.55, 1.65], largest: 4 },
    quadratic: { start: [-2.4, 1.7], radius: 0.5, x: [-3.2, 2], y: [-1, 2.1], largest: 4 },
  };
  const st = { land: flat ? "rosenbrock" : "wells", solver: "exactStep", trials: [], timer: 0 };
  const place = () => PLACES[st.land], land = () => T.landscapes[st.land];
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls"), lower = L.el("div", "ppo-row");
  upper.style.flexGrow = flat ? 2.1 : 1.9;
  node.append(upper, bar, lower);
  const c = new L.Chart(upper, { title: flat ? "f, its model, and the ball" : "f, its Taylor model, and the ball", xlabel: "x", margin: { l: 40, r: 16, t: 12 } });
  const radii = new L.Chart(lower, { title: "Radius Δ, step by step", sub: "✕ rejected; pale: to come", xlabel: "step", margin: { l: 52, b: 34 } });
  const falls = new L.Chart(lower, { title: "f above its minimum", xlabel: "step", margin: { l: 52, b: 34 } });
  const tile = L.tilesOf(node, [
    ["predicted", "Decrease, predicted", "m(0) − m(p)"], ["real", "Decrease, real", "f(x) − f(x + p)"], ["rho", "Ratio ρ", "real over predicted"],
    ["verdict", "So", "ρ > 0.15 is taken; ρ < ¼ quarters Δ, ρ > ¾ on the boundary doubles it"], ["radius", "Radius Δ"],
  ]);
  const reset = () => { stop(); st.x = [...place().start]; st.radius = place().radius; st.trials = []; redraw(); };
  const stop = () => { clearInterval(st.timer); st.timer = 0; play.textContent = "Run to the minimum"; };
  const flatEnough = () => T.norm(land().gradient(st.x)) < 1e-4;
  const take = () => {
    if (flatEnough() || st.trials.length >= 200) { stop(); redraw(); return; }
    const trial = T.attempt(land(), st.x, st.radius, T[st.solver], place().largest);
    st.trials.push(trial); st.radius = trial.nextRadius;
    if (trial.accepted) st.x = T.plus(st.x, trial.step);
    redraw();
  };
  // What the steps still to come would do, until the gradient is 0.
  const ahead = () => {
    const to = [];
    for (let x = st.x, radius = st.radius; to.length < 120 && T.norm(land().gradient(x)) >= 1e-4;) {
      const trial = T.attempt(land(), x, radius, T[st.solver], place().largest);
      radius = trial.nextRadius; if (trial.accepted) x = T.plus(x, trial.step);
      to.push({ x, radius });
    }
    return to;
  };
  const buttons = L.choices(bar, "Steps", [["step", "Take the step"], ["play", "Run to the minimum"], ["reset", "Start again"]], (id) => {
    if (id === "reset") reset();
    else if (id === "step") { stop(); take(); }
    else if (st.timer) stop();
    else if (L.still()) { while (!flatEnough() && st.trials.length < 200) take(); }
    else { play.textContent = "Stop"; st.timer = setInterval(() => (node.isConnected ? take() : stop()), 260); take(); }
  });
  const play = buttons.node.children[1];
  buttons.node.children[0].classList.add("main");
  let lands = null, solvers = null;
  if (flat) {
    lands = L.choices(bar, "Function", [["rosenbrock", "Rosenbrock"], ["quadratic", "quadratic"]], (id) => { st.land = id; reset(); });
    solvers = L.choices(bar, "Subproblem", [["exactStep", "exact"], ["doglegStep", "dogleg"]], (id) => { st.solver = id; reset(); });
  }
  // Whoever moves the point or the ball begins a new history there.
  const moved = () => { stop(); st.trials = []; redraw(); };
  const value = (x) => (flat ? x[1] : land().value(x));
  L.handle(c, {
    label: "Point x", part: "point", axis: flat ? "xy" : "x", step: 0.05, colour: "var(--st-text-color)", at: () => [st.x[0], value(st.x)],
    move: (x, y) => { const { x: [lo, hi], y: [bottom, top] } = place(); st.x = flat ? [L.clamp(x, lo, hi), L.clamp(y, bottom, top)] : [L.clamp(x, lo + 0.3, hi - 0.3)]; moved(); },
    says: () => "x at " + st.x.map((v) => v.toFixed(2)).join(", "), tag: () => (flat ? "" : "x"), bounds: { lo: place().x[0], hi: place().x[1], now: () => st.x[0] },
  });
  const edge = () => {
    if (!flat) return [st.x[0] + st.radius, T.model(land(), st.x, [st.radius])];
    return [st.x[0] + st.radius * (st.x[0] + st.radius < place().x[1] ? 1 : -1), st.x[1]];
  };
  L.handle(c, {
    label: "Radius Δ of the ball", part: "ball", shape: "bar", step: 0.05, colour: "var(--ppo-blue)", at: () => { const e = edge(); return e[0] <= place().x[1] + 1e-9 ? [e[0], L.clamp(e[1], ...place().y)] : [place().x[1], place().y[0]]; },
    move: (x) => { st.radius = L.clamp(Math.abs(x - st.x[0]), 0.02, place().largest); moved(); }, says: () => `radius ${st.radius.toFixed(2)}`, tag: () => `Δ ${st.radius.toFixed(2)}`,
    bounds: { lo: 0.02, hi: 4, now: () => st.radius },
  });

  const curves = {};
  const levels = () => (st.land === "rosenbrock" ? [1, 4, 12, 36, 100, 250, 600] : [-0.05, 0.3, 1.2, 3, 6, 11, 18, 28, 42]);
  const drawLine = (t, next, coming) => {
    const { x: xr, y: yr } = place(), f = land().value, xs = Array.from({ length: 201 }, (_, i) => xr[0] + ((xr[1] - xr[0]) * i) / 200);
    if (!c.begin(xr, yr, t)) return;
    c.axes();
    const x = st.x[0], lo = Math.max(xr[0], x - st.radius), hi = Math.min(xr[1], x + st.radius);
    c.path("ball", `M${c.sx(lo)} ${c.margin.t}H${c.sx(hi)}V${c.h - c.margin.b}H${c.sx(lo)}Z`, { fill: L.fade(t.blue, 0.13), part: "ball" });
    c.text("ballname", (lo + hi) / 2, yr[1], "trusted", { anchor: "middle", dy: 15, fill: t.blue, part: "ball" });
    c.line("f", xs, xs.map((v) => f([v])), { stroke: t.text, width: 3, part: "f" });
    const model = (v) => T.model(land(), st.x, [v - x]);
    c.line("far", xs, xs.map(model), { stroke: t.blue, width: 1.5, dash: "dot", part: "model" });
    const near = xs.filter((v) => v >= lo && v <= hi);
    c.line("near", [lo, ...near, hi], [lo, ...near, hi].map(model), { stroke: t.blue, width: 3, dash: "dash", part: "model" });
    coming.forEach((q, i) => c.dot("coming" + i, q.x[0], f(q.x), { fill: t.orange, r: 3.5, opacity: 0.4, part: "path" }));
    const to = x + next.step[0];
    c.segment("gap", to, f([to]), to, model(to), { stroke: next.accepted ? t.green : t.danger, width: 3, part: "gap" });
    c.dot("to", to, f([to]), { fill: next.accepted ? t.green : t.danger, r: 5.5, part: "gap" });
    c.dot("expected", to, model(to), { fill: t.panel, stroke: t.blue, r: 5, part: "gap model" });
    c.text("real", to, f([to]), "real", { dx: 10, dy: f([to]) >= model(to) ? -8 : 20, size: 12.5, fill: next.accepted ? t.green : t.danger, part: "gap" });
    c.text("fname", xr[0] + 0.25, f([xr[0] + 0.25]), "f", { dx: 12, weight: 600, size: 15, part: "f" });
    c.end();
    c.describe(`A function with two valleys and its quadratic Taylor model at x ${x.toFixed(2)}, trusted within ${st.radius.toFixed(2)}. The model’s best point is ${to.toFixed(2)}; it predicts a decrease of ${next.predicted.toFixed(3)}, the real one is ${next.real.toFixed(3)}.`);
  };
  const drawPlane = (t, next, coming) => {
    const { x: xr, y: yr } = place();
    // One unit is as long in y as in x, so that a ball is round.
    const w = c.body.clientWidth - c.margin.l - c.margin.r, h = c.body.clientHeight - c.margin.t - c.margin.b, unit = Math.min(w / (xr[1] - xr[0]), h / (yr[1] - yr[0]));
    if (!(unit > 0)) return;
    const grow = (r, room) => { const more = (room / unit - (r[1] - r[0])) / 2; return [r[0] - more, r[1] + more]; }, X = grow(xr, w), Y = grow(yr, h);
    if (!c.begin(X, Y, t)) return;
    const key = st.land + X + Y;
    if (curves.key !== key) { curves.key = key; curves.levels = L.contours(land().value, X, Y, levels()); }
    c.axes({ grid: false });
    L.drawContours(c, curves.levels, t.text, "f");
    const [a, b] = st.x, r = st.radius * unit, clip = (points) => points.map((p, i) => (i ? "L" : "M") + c.sx(p[0]).toFixed(1) + " " + c.sy(p[1]).toFixed(1)).join("") + "Z";
    c.put("ball", "circle", { cx: c.sx(a), cy: c.sy(b), r, ...L.Chart.style({ fill: L.fade(t.blue, 0.13), stroke: t.blue, width: 2, part: "ball" }) });
    // Level curves of the model, inside the ball only: circles pulled through its eigenvectors.
    const [values, vectors] = T.eigen(land().hessian(st.x)), g = land().gradient(st.x);
    if (values[0] > 0) {
      const centre = T.plus(st.x, vectors.reduce((s, v, k) => T.plus(s, v, -T.dot(v, g) / values[k]), [0, 0]));
      const depth = T.model(land(), st.x, [0, 0]) - T.model(land(), st.x, T.plus(centre, st.x, -1));
      [0.3, 0.65, 1].forEach((share, i) => {
        const ring = Array.from({ length: 73 }, (_, k) => { const angle = (2 * Math.PI * k) / 72;
          return vectors.reduce((s, v, m) => T.plus(s, v, Math.sqrt((2 * share * depth) / values[m]) * (m ? Math.sin(angle) : Math.cos(angle))), centre); });
        c.path("model" + i, clip(ring), { stroke: t.blue, width: 1.3, dash: "dash", opacity: 0.75, part: "model" });
      });
    }
    const later = [st.x, ...coming.map((q) => q.x)];
    if (coming.length) c.line("coming", later.map((p) => p[0]), later.map((p) => p[1]), { stroke: t.orange, width: 2, dash: "dot", opacity: 0.7, part: "path" });
    const path = [...st.trials.filter((q) => q.accepted).map((q) => q.x), st.x];
    if (path.length > 1) c.line("path", path.map((p) => p[0]), path.map((p) => p[1]), { stroke: t.orange, width: 2.5, part: "path" });
    path.slice(0, -1).forEach((p, i) => c.dot("at" + i, p[0], p[1], { fill: t.orange, r: 3, part: "path" }));
    const to = T.plus(st.x, next.step);
    if (!flatEnough()) L.arrow(c, "next", st.x, to, { stroke: next.accepted ? t.green : t.danger, part: "gap" });
    const [mx, my] = values_minimum();
    c.text("min", mx, my, "✳", { anchor: "middle", dy: 6, size: 18, part: "f" });
    c.text("minname", mx, my, "minimum", { dx: 10, dy: -8, size: 12.5, fill: t.muted, part: "f" });
    c.end();
    c.describe(`Level curves of the ${st.land} function with its minimum at ${mx}, ${my}. From ${a.toFixed(2)}, ${b.toFixed(2)} with radius ${st.radius.toFixed(2)} the next step goes to ${to[0].toFixed(2)}, ${to[1].toFixed(2)}. ${st.trials.length} steps tried so far.`);
  };
  const values_minimum = () => values.minimum[st.land];

  const history = (t, coming) => {
    const n = Math.max(10, st.trials.length + coming.length), from = st.trials.length, pale = { width: 2, dash: "dot", opacity: 0.7 }, xs = st.trials.map((_, i) => i), power = (v) => "10" + String(v).replace(/[−-]?\d+/, (d) => d.replace("-", "⁻").replace("−", "⁻").replace(/\d/g, (k) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[k]));
    const all = [...st.trials.map((q) => Math.log10(q.radius)), Math.log10(st.radius)], sizes = [st.radius, ...coming.map((q) => q.radius)].map(Math.log10);
    if (radii.begin([0, n], [Math.floor(Math.min(-1, ...all, ...sizes)), Math.ceil(Math.max(0.7, ...all, ...sizes))], t)) {
      const [lo, hi] = radii.y;
      radii.axes({ ys: L.ticks(lo, hi, 3).filter(Number.isInteger), ytext: power });
      radii.line("coming", sizes.map((_, i) => from + i), sizes, { stroke: t.blue, ...pale, part: "radius" });
      if (all.length > 1) radii.line("r", all.map((_, i) => i), all, { stroke: t.blue, width: 2, part: "radius" });
      st.trials.forEach((q, i) => q.accepted ? radii.dot("d" + i, i, all[i], { fill: t.blue, r: 3.5, part: "radius" }) : radii.text("d" + i, i, all[i], "✕", { anchor: "middle", dy: 5, fill: t.danger, weight: 700, part: "radius" }));
      radii.dot("now", all.length - 1, all[all.length - 1], { fill: t.panel, stroke: t.blue, r: 4.5, width: 2 });
      radii.end();
      radii.describe(`Radius now ${st.radius.toFixed(3)} after ${st.trials.length} steps, ${st.trials.filter((q) => !q.accepted).length} of them rejected.`);
    }
    const bottom = values.lowest[st.land], over = (x) => Math.log10(Math.max(1e-9, land().value(x) - bottom)), above = [...st.trials.map((q) => over(q.x)), over(st.x)];
    const below = [st.x, ...coming.map((q) => q.x)].map(over);
    if (falls.begin([0, n], [Math.floor(Math.min(-2, ...above, ...below)), Math.ceil(Math.max(1, ...above, ...below))], t)) {
      falls.axes({ ys: L.ticks(...falls.y, 3).filter(Number.isInteger), ytext: power });
      falls.line("coming", below.map((_, i) => from + i), below, { stroke: t.orange, ...pale, part: "path" });
      if (above.length > 1) falls.line("f", above.map((_, i) => i), above, { stroke: t.orange, width: 2.5, part: "path" });
      falls.dot("now", above.length - 1, above[above.length - 1], { fill: t.orange, r: 4.5, part: "path" });
      falls.end();
      falls.describe(`The function is now ${(10 ** above[above.length - 1]).toExponential(1)} above its minimum.`);
    }
    return xs;
  };

  reset();
  const draw = (t) => {
    if (flat) { lands.set(st.land); solvers.set(st.solver); }
    const next = T.attempt(land(), st.x, st.radius, T[st.solver], place().largest), done = flatEnough();
    const coming = ahead();
    (flat ? drawPlane : drawLine)(t, next, coming);
    history(t, coming);
    const f = (v) => (Math.abs(v) >= 1e-3 || v === 0 ? L.number(v, 3) : v.toExponential(1).replace(/-/g, "−"));
    tile("predicted", done ? "0" : f(next.predicted)); tile("real", done ? "0" : f(next.real), "", !done && next.real < 0);
    tile("rho", done ? "–" : L.number(next.ratio), "", !done && next.ratio < 0.25);
    tile("verdict", done ? "arrived" : next.accepted ? "take it" : "reject", done ? `in ${st.trials.length} steps` : next.nextRadius < st.radius ? "shrink Δ" : next.nextRadius > st.radius ? "grow Δ" : "keep Δ", !done && !next.accepted);
    tile("radius", L.number(st.radius, st.radius < 0.1 ? 3 : 2));
    buttons.node.children[0].disabled = done; play.disabled = done && !st.timer;
  };
  return { node, draw, stop, state: st };
};
