// The KL-penalty figure: the step that β leaves, on two batches, and the rule that adapts β from batch to batch.
L.figures.penalty = (host, values, redraw) => {
  const price = L.priceScene(redraw, values), control = L.controlScene(redraw, values);
  host.append(price.node, control.node);
  const scenes = { price, control };
  return { scenes: { price: price.node, control: control.node }, draw: (theme, scene) => scenes[scene].draw(theme) };
};

L.priceScene = (redraw, values) => {
  const P = L.penalty, st = { beta: 1, target: 0.01 }, start = P.parameters(values.old), BATCHES = Object.entries(values.scales);
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), lower = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls");
  upper.style.flexGrow = 1.15;
  node.append(upper, lower, bar);
  const TITLES = { small: "A batch with small advantages", large: "A batch with advantages 30 times larger" };
  const planes = BATCHES.map(([name]) => new L.Chart(upper, { title: TITLES[name], xlabel: "θ₁", margin: { l: 28, r: 12, t: 8, b: 34 } }));
  const curve = new L.Chart(lower, { title: "KL reached (nats), against β", sub: "both axes logarithmic; shaded: within 1.5 of the target", xlabel: "penalty β", margin: { l: 50, t: 12 } });
  const slider = L.lessonSlider(bar, { label: "penalty β", min: -2, max: 2, step: 0.02, say: (v) => L.brief(10 ** v), move: (v) => { st.beta = 10 ** v; redraw(); } });
  const target = L.lessonSlider(bar, { label: "wanted KL, nats", min: -3, max: -1, step: 0.05, say: (v) => L.brief(10 ** v), move: (v) => { st.target = 10 ** v; redraw(); } });
  const tile = L.tilesOf(node, BATCHES.flatMap(([name]) => [[`${name}kl`, `KL in nats, ${name} Â`, "how far the policy goes"], [`${name}gain`, `Gain, ${name} Â`, "of all that could be had"]]));
  L.handle(curve, {
    label: "Penalty β", step: 0.05, part: "beta", colour: "var(--ppo-blue)", at: () => [Math.log10(st.beta), curve.y ? curve.y[0] + 0.12 * (curve.y[1] - curve.y[0]) : 0],
    move: (x) => { st.beta = 10 ** L.clamp(x, -2, 2); redraw(); }, says: () => `β ${L.brief(st.beta)}`, tag: () => `β ${L.brief(st.beta)}`, bounds: { lo: -2, hi: 2, now: () => Math.log10(st.beta) },
  });
  const betas = Array.from({ length: 81 }, (_, i) => -2 + i / 20);
  const batches = BATCHES.map(([name, scale]) => {
    const advantages = values.taste.map((v) => v * scale), ways = betas.map((b) => P.penalised(values.old, advantages, 10 ** b));
    return { name, advantages, path: ways.map(P.parameters), kls: ways.map((p) => Math.log10(P.kl(values.old, p))), most: Math.max(...advantages) };
  });
  const X = [-2.2, 8], Y = [-2.4, 3.4];
  // The ball of the wanted KL around the old policy, as a closed line.
  const ball = () => Array.from({ length: 49 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 48, at = (s) => [start[0] + s * Math.cos(angle), start[1] + s * Math.sin(angle)];
    let low = 0, high = 6;
    for (let i = 0; i < 30; i++) { const middle = 0.5 * (low + high); if (P.kl(values.old, P.probs(at(middle))) <= st.target) low = middle; else high = middle; }
    return at(low);
  });

  const draw = (t) => {
    slider.set(Math.log10(st.beta)); target.set(Math.log10(st.target));
    const now = batches.map((b) => P.penalised(values.old, b.advantages, st.beta)), kls = now.map((p) => P.kl(values.old, p)), colours = [t.green, t.orange], edge = ball();
    planes.forEach((c, k) => {
      const b = batches[k], at = P.parameters(now[k]), of = (p) => P.value(values.old, b.advantages, st.beta, P.probs(p));
      if (!c.begin(X, Y, t)) return;
      const peak = of(at), base = peak - of(start), step = Math.max(base, 0.02 * b.most);
      // Levels tell how much worse a policy is than the best one; its own β has its own landscape.
      const levels = L.contours(of, X, Y, [0.15, 0.6, 1, 2, 4, 8, 16].map((m) => peak - m * step), 60);
      c.axes({ grid: false, ys: [] });
      L.drawContours(c, levels, t.text, "value");
      c.line("path", b.path.map((p) => p[0]), b.path.map((p) => p[1]), { stroke: colours[k], width: 1.5, dash: "dot", part: "path" });
      c.line("ball", edge.map((p) => p[0]), edge.map((p) => p[1]), { stroke: t.purple, width: 2, fill: L.fade(t.purple, 0.18), part: "ball" });
      L.arrow(c, "step", start, at, { stroke: colours[k], part: "step" });
      c.dot("old", ...start, { fill: t.text, r: 4, part: "step" });
      c.dot("at", ...at, { fill: colours[k], stroke: t.panel, r: 6, part: "step" });
      c.text("oldname", ...start, "π old", { dx: -9, dy: -7, anchor: "end", weight: 600, part: "step" });
      c.text("y", X[0], Y[1], "θ₂", { dx: 6, dy: 12, size: 12, fill: t.muted });
      c.end();
      c.describe(`${TITLES[b.name]}, β ${L.brief(st.beta)}: the best policy has probabilities ${now[k].map((p) => p.toFixed(2)).join(", ")} instead of ${values.old.join(", ")}, a KL of ${L.brief(kls[k])}.`);
    });
    if (curve.begin([-2, 2], [-5, 1], t)) {
      curve.axes({ xs: [-2, -1, 0, 1, 2], xtext: L.tenTo, ys: [-4, -3, -2, -1, 0], ytext: L.tenTo });
      const d = Math.log10(st.target), wide = Math.log10(1.5);
      curve.path("band", `M${curve.sx(-2)} ${curve.sy(d + wide)}H${curve.sx(2)}V${curve.sy(d - wide)}H${curve.sx(-2)}Z`, { fill: L.fade(t.purple, 0.22), part: "ball" });
      curve.text("bandname", -2, d, "wanted", { dx: 8, dy: 4, fill: t.purple, weight: 600, part: "ball" });
      batches.forEach((b, k) => {
        curve.line("k" + k, betas, b.kls, { stroke: colours[k], width: 2.5, dash: k ? "dash" : undefined, part: "curves" });
        curve.dot("d" + k, Math.log10(st.beta), Math.log10(kls[k]), { fill: colours[k], stroke: t.panel, r: 6, part: "curves beta" });
      });
      curve.text("small", -0.75, batches[0].kls[25], "small advantages", { dx: 8, dy: -4, fill: t.green, weight: 600, part: "curves" });
      curve.text("large", 0.9, batches[1].kls[58], "large advantages", { dx: 10, dy: -4, fill: t.orange, weight: 600, part: "curves" });
      curve.rule("beta", Math.log10(st.beta), { stroke: t.blue, part: "beta" });
      curve.end();
      curve.describe(`KL against β over four decades. At β ${L.brief(st.beta)} the batch with small advantages reaches ${L.brief(kls[0])}, the one with large advantages ${L.brief(kls[1])}; wanted is ${L.brief(st.target)}.`);
    }
    batches.forEach((b, k) => {
      const ratio = kls[k] / st.target, gain = now[k].reduce((s, p, i) => s + (p - values.old[i]) * b.advantages[i], 0), all = b.most - values.old.reduce((s, p, i) => s + p * b.advantages[i], 0);
      tile(`${b.name}kl`, L.brief(kls[k]), ratio > 1.5 ? `${L.brief(ratio)} × wanted` : ratio < 1 / 1.5 ? "too careful" : "as wanted", ratio > 1.5);
      tile(`${b.name}gain`, `${Math.round((100 * gain) / all)} %`);
    });
  };
  return { node, draw, state: st };
};

L.controlScene = (redraw, values) => {
  const P = L.penalty, N = 60, FROM = 20, TO = 40, st = { beta: 1, target: 0.01, times: 10, noise: 0, adaptive: true };
  const draws = L.uniforms(5), normal = Array.from({ length: N }, () => Math.sqrt(-2 * Math.log(1 - draws())) * Math.cos(2 * Math.PI * draws()));
  const node = L.el("div", "ppo-scene"), bar = L.el("div", "ppo-panel-controls"), more = L.el("div", "ppo-panel-controls"), margin = { l: 50, r: 16, t: 8, b: 22 };
  const scale = new L.Chart(node, { title: "The batches", sub: "how large their advantages are; drag the disturbance", margin });
  const kl = new L.Chart(node, { title: "KL of each update (nats)", sub: "▲ doubles β, ▼ halves it, ● holds; drag the target", margin });
  const beta = new L.Chart(node, { title: "Penalty β", sub: "drag where it starts", xlabel: "update", margin: { ...margin, b: 34 } });
  kl.node.style.flexGrow = 1.7; scale.node.style.flexGrow = 0.8;
  node.append(bar, more);
  const rule = L.choices(bar, "Rule", [["adaptive", "adaptive β"], ["fixed", "fixed β"]], (id) => { st.adaptive = id === "adaptive"; redraw(); });
  const target = L.lessonSlider(bar, { label: "target d", min: -3, max: -0.5, step: 0.05, say: (v) => L.brief(10 ** v), move: (v) => { st.target = 10 ** v; redraw(); } });
  const times = L.lessonSlider(more, { label: "disturbance ×", min: -1.5, max: 2, step: 0.05, say: (v) => L.brief(10 ** v), move: (v) => { st.times = 10 ** v; redraw(); } });
  const noise = L.lessonSlider(more, { label: "batch-to-batch noise", min: 0, max: 1, step: 0.05, say: (v) => v.toFixed(2), move: (v) => { st.noise = v; redraw(); } });
  const tile = L.tilesOf(node, [["band", "Within the band", "between d/1.5 and 1.5 d"], ["worst", "Largest KL, nats"], ["back", "Back in the band", "after the disturbance began"], ["moves", "Doubled, halved"], ["last", "β at the end"]]);
  const handle = (chart, label, name, x, lo, hi, colour, part, tag) => L.handle(chart, {
    label, axis: "y", step: 0.05, part, colour, at: () => [x, Math.log10(st[name]) + (name === "times" ? BASE : 0)], bounds: { lo, hi, now: () => Math.log10(st[name]) },
    move: (_, y) => { st[name] = 10 ** L.clamp(y - (name === "times" ? BASE : 0), lo, hi); redraw(); }, says: () => `${label} ${L.brief(st[name])}`, tag: () => `${tag}${L.brief(st[name])}`, flip: x > N / 2,
  });
  const BASE = Math.log10(values.usual);
  handle(scale, "Disturbance", "times", 30, -1.5, 2, "var(--ppo-orange)", "batches", "× "); handle(kl, "Target d", "target", N + 8, -3, -0.5, "var(--ppo-purple)", "target", "d "); handle(beta, "First β", "beta", 0, -3, 3, "var(--ppo-blue)", "penalty", "β ");

  const draw = (t) => {
    rule.set(st.adaptive ? "adaptive" : "fixed"); target.set(Math.log10(st.target)); times.set(Math.log10(st.times)); noise.set(st.noise);
    const scales = normal.map((z, i) => values.usual * (i >= FROM && i < TO ? st.times : 1) * Math.exp(st.noise * z)), updates = P.controlled(values.old, values.taste, scales, st.beta, st.target, st.adaptive);
    const at = updates.map((_, i) => i), X = [-1, N + 9], log = (v) => Math.log10(Math.max(v, 1e-9)), marks = { double: "▲", halve: "▼", hold: "●" };
    const shade = (c) => c.path("when", `M${c.sx(FROM - 0.5)} ${c.margin.t}H${c.sx(TO - 0.5)}V${c.h - c.margin.b}H${c.sx(FROM - 0.5)}Z`, { fill: L.fade(t.text, 0.06) });
    const stairs = (c, key, numbers, o) => c.line(key, numbers.flatMap((_, i) => [i - 0.5, i + 0.5]), numbers.flatMap((v) => [log(v), log(v)]), o);
    if (scale.begin(X, [-2.3, 2], t)) {
      shade(scale); scale.axes({ xs: [0, 10, 20, 30, 40, 50, 60], ys: [-2, 0, 2], ytext: L.tenTo });
      stairs(scale, "s", scales, { stroke: t.orange, width: 2, part: "batches" }); scale.end();
      scale.describe(`Sixty batches; from the 20th to the 40th the advantages are ${L.brief(st.times)} times as large.`);
    }
    if (kl.begin(X, [-5, 0.7], t)) {
      const d = log(st.target), wide = Math.log10(1.5);
      shade(kl); kl.axes({ xs: [0, 10, 20, 30, 40, 50, 60], ys: [-4, -3, -2, -1, 0], ytext: L.tenTo });
      kl.path("band", `M${kl.sx(-1)} ${kl.sy(d + wide)}H${kl.sx(N + 9)}V${kl.sy(d - wide)}H${kl.sx(-1)}Z`, { fill: L.fade(t.purple, 0.22), part: "target" });
      kl.line("k", at, updates.map((u) => log(u.kl)), { stroke: t.muted, width: 1, part: "reached" });
      updates.forEach((u, i) => kl.text("u" + i, i, log(u.kl), marks[u.decision], { anchor: "middle", dy: 4.5, size: u.decision === "hold" ? 11 : 13, fill: { double: t.orange, halve: t.blue, hold: t.text }[u.decision], part: "reached" }));
      kl.end();
      kl.describe(`KL of sixty updates around the target ${L.brief(st.target)}, from ${L.brief(Math.min(...updates.map((u) => u.kl)))} to ${L.brief(Math.max(...updates.map((u) => u.kl)))}.`);
    }
    if (beta.begin(X, [-3, 3], t)) {
      shade(beta); beta.axes({ xs: [0, 10, 20, 30, 40, 50, 60], ys: [-2, 0, 2], ytext: L.tenTo });
      stairs(beta, "b", updates.map((u) => u.beta), { stroke: t.blue, width: 2.5, part: "penalty" }); beta.end();
      beta.describe(`β starts at ${L.brief(st.beta)} and ends at ${L.brief(updates[N - 1].beta)}.`);
    }
    const inside = updates.filter((u) => P.decision(u.kl, st.target) === "hold").length, worst = Math.max(...updates.map((u) => u.kl));
    const back = updates.slice(FROM).findIndex((u) => P.decision(u.kl, st.target) === "hold"), count = (d) => updates.filter((u) => u.decision === d).length;
    tile("band", `${Math.round((100 * inside) / N)} %`, "of updates", inside < N / 2); tile("worst", L.brief(worst), `${L.brief(worst / st.target)} × target`, worst > 5 * st.target);
    tile("back", back < 0 ? "never" : back ? `${back}` : "at once", back > 0 ? "updates later" : "", back < 0); tile("moves", `${count("double")}, ${count("halve")}`, "times"); tile("last", L.brief(updates[N - 1].beta));
  };
  return { node, draw, state: st };
};
