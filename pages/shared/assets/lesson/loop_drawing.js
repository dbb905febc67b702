// What one moment of the loop looks like: which boxes are lit, which samples are taken, and the curves so far.
L.loopDrawing = ({ st, values, run, updates, method, diagram, time, source, lanes, ratio, kl, rise, tile, row }) => {
  const T = 64, N = 8, EPS = 0.2, LEVELS = "abcdefghijklm", ms = (s) => `${L.number(1000 * s, s < 0.001 ? 1 : 0)} ms`;
  const sum = (list) => list.reduce((a, b) => a + b, 0);

  // Which boxes are at work, which lines of the source, and how many gradients have been taken.
  const moment = () => {
    const update = updates()[st.at.u], phases = L.loop.phases(update), phase = phases[st.at.i], share = st.at.share, per = update.dealt.length ? update.steps.kl.length / update.dealt.length : 1;
    const taken = phase.name === "step" ? phase.k + 1 : phase.name === "report" ? update.steps.kl.length : 0;
    const part = share < 0.34 ? "minibatch" : share < 0.67 ? "ratio" : "gradient";
    const lit = { rollout: ["rollout"], advantages: ["advantages"], step: st.playing && st.slow > 90 ? [part] : ["minibatch", "ratio", "gradient"], actor: share < 0.6 ? ["cg"] : ["search"], critic: ["critic"], report: share > 0.6 && st.playing ? ["report", "back"] : ["report"] }[phase.name];
    const steps = phase.name === "rollout" ? Math.max(1, Math.round(share * T)) : T;
    return { update, phases, phase, share, per, taken, lit, steps, epoch: phase.name === "step" ? Math.floor(phase.k / per) : -1, mini: phase.name === "step" ? phase.k % per : -1 };
  };

  const drawLanes = (t, m) => {
    if (!lanes.begin([0, T], [-0.5, N - 0.5], t)) return;
    lanes.axes({ grid: false, ys: [0, 7], ytext: (v) => String(v + 1), xs: [0, 16, 32, 48, 64] });
    const w = lanes.sx(1) - lanes.sx(0), h = Math.abs(lanes.sy(1) - lanes.sy(0)), coloured = m.phase.name !== "rollout", upto = m.phase.name === "advantages" ? Math.ceil((1 - m.share) * T) : 0;
    const paths = {};
    const add = (key, s, e) => { paths[key] = (paths[key] || "") + `M${(lanes.sx(s) + 0.5).toFixed(1)} ${(lanes.sy(e) - h / 2 + 1).toFixed(1)}h${(w - 1).toFixed(1)}v${(h - 2).toFixed(1)}h${(1 - w).toFixed(1)}Z`; };
    for (let s = 0; s < m.steps; s++) for (let e = 0; e < N; e++) {
      const level = LEVELS.indexOf(m.update.credit[s * N + e]) - 6, drawn = m.mini < 0 || !m.update.dealt.length || Number(m.update.dealt[m.epoch][s * N + e]) === m.mini;
      add(`${coloured && s >= upto ? Math.sign(level) * Math.ceil(Math.abs(level) / 2) : "none"}${drawn ? "" : " out"}`, s, e);
    }
    for (const [key, d] of Object.entries(paths)) {
      const [level, out] = key.split(" "), v = Number(level);
      const fill = level === "none" ? L.fade(t.text, 0.2) : v === 0 ? t.grid : L.fade(v > 0 ? t.blue : t.orange, 0.3 + 0.22 * Math.abs(v));
      lanes.path("cells" + key, d, { fill, opacity: out ? 0.16 : 1, part: "lanes" });
    }
    for (const [s, e] of m.update.episodes) if (s < m.steps) lanes.segment(`end${s} ${e}`, s + 1, e - 0.5, s + 1, e + 0.5, { stroke: t.text, width: 2, part: "lanes" });
    lanes.end();
    const words = { rollout: `step ${m.steps} of ${T}; a bar ends an episode`, advantages: "blue: better than the batch’s average; orange: worse", actor: "all 512 samples at once", critic: "all 512 samples, 64 at a time, for the critic",
      report: "looked at once more; then forgotten", step: m.update.dealt.length ? `the ${T * N / m.per} samples of this minibatch stand out` : "all 512 samples at once" }[m.phase.name];
    if (lanes.sub.textContent !== words) lanes.sub.textContent = words;
    lanes.describe(`The batch as eight rows of 64 steps, ${m.update.episodes.length} episodes ended in it. ${words}.`);
  };

  const drawCurves = (t, m) => {
    const steps = m.update.steps, count = steps.kl.length, xs = Array.from({ length: m.taken }, (_, k) => k + 1), top = Math.max(2, count), ends = m.per > 1 ? m.update.dealt.map((_, e) => e * m.per + 0.5) : [];
    const cut = (list) => list.slice(0, m.taken), trpo = count === 0;
    for (const c of [ratio, kl]) c.node.hidden = trpo;
    row.dataset.method = st.method;
    if (!trpo && ratio.begin([0.5, top + 0.5], [0.5, 1.5], t)) {
      ratio.axes({ xs: m.per > 1 ? m.update.dealt.map((_, e) => (e + 1) * m.per) : [1, 2], ys: [0.6, 0.8, 1, 1.2, 1.4], ytext: (v) => v.toFixed(1), grid: false });
      ratio.path("band", `M${ratio.margin.l} ${ratio.sy(1 + EPS)}H${ratio.w - ratio.margin.r}V${ratio.sy(1 - EPS)}H${ratio.margin.l}Z`, { fill: L.fade(t.blue, 0.1), part: "ratio" });
      ratio.path("epochs", ends.map((x) => `M${ratio.sx(x)} ${ratio.margin.t}V${ratio.h - ratio.margin.b}`).join(""), { stroke: t.grid, width: 1, part: "epochs" });
      const between = (low, high) => [...high.map((y, i) => [i + 1, y]), ...low.map((y, i) => [i + 1, y]).reverse()].map(([x, y], i) => `${i ? "L" : "M"}${ratio.sx(x).toFixed(1)} ${ratio.sy(y).toFixed(1)}`).join("") + "Z";
      // All of this update, pale; what has been done of it, over that.
      ratio.path("coming", between(steps.low, steps.high), { fill: L.fade(t.blue, 0.12), part: "ratio" });
      if (m.taken) {
        const low = cut(steps.low), high = cut(steps.high);
        ratio.path("spread", between(low, high), { fill: L.fade(t.blue, 0.35), stroke: t.blue, width: 1.5, part: "ratio" });
        ratio.segment("now", m.taken, low[m.taken - 1], m.taken, high[m.taken - 1], { stroke: t.text, width: 2.5, part: "ratio" });
      }
      ratio.text("bandname", 0.5, 1 + EPS, "1 ± ε", { dx: 4, dy: -4, size: 12, fill: t.muted, part: "ratio" });
      ratio.end();
      ratio.describe(m.taken ? `Ratios over ${m.taken} of ${count} gradients: 5 to 95 percent now from ${steps.low[m.taken - 1].toFixed(2)} to ${steps.high[m.taken - 1].toFixed(2)}.` : "Ratios of this update: none yet, the policy is still the one that collected the batch.");
    }
    const most = Math.max(0.012, ...steps.kl);
    if (!trpo && kl.begin([0.5, top + 0.5], [0, 1.1 * most], t)) {
      kl.axes({ xs: m.per > 1 ? m.update.dealt.map((_, e) => (e + 1) * m.per) : [1, 2], ys: L.ticks(0, most, 3), ytext: (v) => L.plain(v) });
      kl.path("epochs", ends.map((x) => `M${kl.sx(x)} ${kl.margin.t}V${kl.h - kl.margin.b}`).join(""), { stroke: t.grid, width: 1, part: "epochs" });
      kl.line("coming", steps.kl.map((_, k) => k + 1), steps.kl, { stroke: t.text, width: 1.2, opacity: 0.25, part: "kl" });
      if (m.taken) { kl.line("kl", xs, cut(steps.kl), { stroke: t.text, width: 2, part: "kl" }); kl.dot("now", m.taken, steps.kl[m.taken - 1], { fill: t.text, r: 3.5, part: "kl" }); }
      kl.end();
      kl.describe(m.taken ? `KL of the newest minibatch ${L.brief(steps.kl[m.taken - 1])}, at most ${L.brief(most)} in this update.` : "No gradient has been taken in this update yet.");
    }
    const all = updates(), from = st.at.u + (m.phase.name === "rollout" ? m.share : 1);
    if (rise.begin([0, all.length + 1], [0, 520], t)) {
      rise.axes({ ys: [0, 250, 500], xs: [1, 20, 40, 60] });
      let d = "";
      all.forEach((u, i) => u.episodes.forEach(([s, , ret]) => { const x = i + (s + 1) / T; if (x <= from) d += `M${(rise.sx(x + 0.5) - 1.6).toFixed(1)} ${rise.sy(ret).toFixed(1)}a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0 -3.2 0`; }));
      rise.path("episodes", d, { fill: L.fade(t.blue, 0.75), part: "returns" });
      for (const other of Object.keys(values.runs)) rise.line("mean" + other, all.map((_, i) => i + 1), values.runs[other].updates.map((u) => u.ep_rew_mean),
        { stroke: other === "ppo" ? t.blue : other === "trpo" ? t.text : t.vanilla, width: other === st.method ? 2.5 : 1.2, dash: { trpo: "longdash", a2c: "dash" }[other], opacity: other === st.method ? 1 : 0.7, part: "returns" });
      for (const [other, dy] of [["ppo", -6], ["trpo", 16], ["a2c", -6]]) { const u = values.runs[other].updates, v = u[u.length - 1].ep_rew_mean; rise.text("name" + other, u.length, v, values.methods[other].title, { anchor: "end", dy, size: 12, weight: other === st.method ? 700 : 400, part: "returns" }); }
      rise.end();
      rise.describe(`Returns of ${method().title} up to update ${st.at.u + 1} of ${all.length}: the mean of the last 100 episodes is ${L.number(all[st.at.u].ep_rew_mean, 0)}. At the end ${Object.entries(values.runs).map(([name, r]) => `${values.methods[name].title} has ${L.number(r.updates[r.updates.length - 1].ep_rew_mean, 0)}`).join(", ")}.`);
    }
  };

  return (t) => {
    const m = moment(), u = m.update, s = u.seconds, gradients = sum(u.steps.seconds), whole = sum(Object.values(s)) + gradients, count = u.steps.kl.length;
    const spent = sum(m.phases.slice(0, st.at.i).map((p) => p.seconds)) + m.share * m.phase.seconds;
    const parts = [["rollout", s.rollout, `rollout ${ms(s.rollout)}`], ["advantages", s.advantages, ""], ...(count ? [["step", gradients, `${count} ${count > 1 ? "gradients" : "gradient"} ${ms(gradients)}`]] : [["actor", s.actor, `actor, one step ${ms(s.actor)}`], ["critic", s.critic, `critic ${ms(s.critic)}`]]), ["report", s.report, "look back"]];
    diagram(method(), m.lit, {
      rollout: m.phase.name === "rollout" ? `step ${m.steps} of ${T}` : "", advantages: m.phase.name === "advantages" ? ms(s.advantages) : "",
      minibatch: m.mini >= 0 && m.per > 1 ? `${m.mini + 1} of ${m.per}` : "", ratio: m.taken && count > 1 ? `${u.steps.low[m.taken - 1].toFixed(2)} – ${u.steps.high[m.taken - 1].toFixed(2)}` : "", gradient: m.taken ? `length ${L.number(u.steps.norm[m.taken - 1])}` : "",
      search: u.backtracks !== undefined && m.phase.name !== "rollout" ? `${u.backtracks} ${u.backtracks === 1 ? "step" : "steps"} back` : "", report: m.phase.name === "report" ? `KL ${L.brief(u.kl)}` : "",
    }, m.epoch >= 0 && u.dealt.length ? `Epoch ${m.epoch + 1} of ${u.dealt.length}` : method().groups[1].title, st.box && st.box.id);
    time(u, parts, spent / whole, `Processor time of update ${st.at.u + 1}: ${parts.filter((p) => p[2]).map((p) => p[2]).join(", ")}.`);
    source.node.hidden = !st.box; lanes.node.hidden = row.hidden = Boolean(st.box);
    if (st.box) source.show(st.box, m.phase.name === "step" ? ["step", m.lit.length > 1 ? "minibatch" : m.lit[0], ...(m.lit.length > 1 ? ["gradient"] : [])] : m.lit);
    else { drawLanes(t, m); drawCurves(t, m); }
    const last = m.taken - 1;
    tile("clock", ms(spent), `of ${ms(whole)}`); tile("spread", m.taken ? `${u.steps.low[last].toFixed(2)} – ${u.steps.high[last].toFixed(2)}` : count ? "1" : "–", m.taken ? "" : count ? "no step yet" : "one chosen step");
    tile("killed", m.taken ? L.percent(u.steps.killed[last]) : "–", m.taken ? `of ${T * N / (m.per > 1 ? m.per : 1)}` : count ? "" : "no clip"); tile("whole", L.brief(u.kl), "nats"); tile("mean", L.number(u.ep_rew_mean, 0), `update ${st.at.u + 1} of ${updates().length}`);
  };
};
