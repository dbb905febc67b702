// Draws the small chart that each kind of objective has for itself: the band, β's decisions, line searches, or noise.
L.ownKind = (st) => (st.objective.adaptive ? "beta" : st.objective.name === "trpo" && st.cols.predicted.length ? "search"
  : st.cols.noise_gae.length ? "noise" : "band");

// The four ways of assigning credit, the noisiest first; a dash and a grey of its own for each, the run's own in colour.
L.CREDITS = [["episode_return", "R(τ)", "dot"], ["reward_to_go", "to go", "dashdot"], ["baseline", "to go − V", "dash"], ["gae", "GAE", "solid"]];

L.own = {
  band(st, t) {
    const c = st.cols, x = c.timesteps, pc = (a) => a.map((v) => (v === null ? null : 100 * v));
    return [[
      L.line(x, pc(c.clip_fraction), "outside 1±ε", t.muted, "solid", { format: "%{y:.1f} %" }),
      L.line(x, pc(c.killed_fraction), "killed", t.danger, "dash", { format: "%{y:.1f} %" }),
      L.line(x, pc(c.active_outside_fraction), "still pushing", "#D55E00", "dot", { format: "%{y:.1f} %" }),
    ], { yaxis: { rangemode: "tozero", ticksuffix: " %" } }];
  },
  // Every update's decision stands on the β it was taken at; its shape says which.
  beta(st, t) {
    const c = st.cols, x = c.timesteps, [colour] = L.identity(st.objective.name, t), d = c.decision;
    // Many updates leave no room for every mark: the line alone then says where β was held.
    const size = d.length > 200 ? 4 : d.length > 80 ? 6 : 9, shown = d.length > 200 ? [-1, 1] : [-1, 0, 1];
    const marks = [[-1, "halved", "triangle-down", t.text], [0, "held", "circle", t.faint], [1, "doubled", "triangle-up", t.text]].filter(([value]) => shown.includes(value)).map(
      ([value, name, symbol, marked]) => {
        const at = d.map((v, i) => (v === value ? i : -1)).filter((i) => i >= 0);
        return { x: at.map((i) => x[i]), y: at.map((i) => c.kl_coef[i]), type: "scatter", mode: "markers", name,
          marker: { symbol, color: marked, size: value ? size : 0.6 * size },
          customdata: at.map((i) => c.kl[i]), hovertemplate: "then " + name + ", KL %{customdata:.4f}<extra></extra>" };
      });
    const last = c.kl_coef[c.kl_coef.length - 1];
    return [[L.line(x, c.kl_coef, "β", colour), ...marks], { yaxis: { type: last > 0 ? "log" : "linear", nticks: 4 } }];
  },
  noise(st, t) {
    const c = st.cols, x = c.timesteps, [colour] = L.identity(st.objective.name, t);
    const traces = L.CREDITS.map(([credit, name, dash]) => L.line(x, c["noise_" + credit], name, credit === st.objective.credit ? colour : t.muted, dash,
      { format: "%{y:.2~e}", line: { width: credit === st.objective.credit ? 3 : 1.3, shape: "hv" } }));
    const named = L.CREDITS.map(([credit, name]) => [name, c["noise_" + credit].filter((v) => v > 0).pop(), credit]).filter((n) => n[1] > 0);
    // Names stand at the lines' right ends; where two ends meet, the upper one is pushed up by a line of text.
    const all = L.CREDITS.flatMap(([credit]) => c["noise_" + credit]).filter((v) => v > 0).map(Math.log10);
    const lo = Math.min(...all), hi = Math.max(...all), gap = 0.18 * Math.max(hi - lo, 0.5);
    let below = -Infinity;
    const notes = named.sort((a, b) => a[1] - b[1]).map(([name, value, credit]) => {
      below = Math.max(Math.log10(value), below + gap);
      return { xref: "paper", x: 1, xanchor: "left", y: below, text: " " + name, showarrow: false,
        font: { size: 11, color: credit === st.objective.credit ? t.text : t.muted } };
    });
    return [traces, { annotations: notes, margin: { l: 46, r: 62, t: 8, b: 26 },
      yaxis: { type: "log", nticks: 4, exponentformat: "power", ...(all.length ? { range: [lo - gap, Math.max(hi, below) + gap] } : {}) } }];
  },
  search(st, t) {
    const c = st.cols, x = c.timesteps, refused = x.filter((_, i) => c.refused[i] === 1);
    const gain = (values) => values.map((v, i) => (c.refused[i] === 1 ? null : v));
    const most = Math.max(4, ...c.backtracks.map((v) => v || 0)), step = x.length > 1 ? x[x.length - 1] - x[x.length - 2] : 1;
    return [[
      { x, y: c.backtracks, type: "bar", name: "backtracks", yaxis: "y2", width: 0.8 * step, marker: { color: L.fade(t.text, 0.16) },
        hovertemplate: "%{y:.0f}<extra>backtracks</extra>" },
      L.line(x, gain(c.predicted), "predicted gain", t.muted, "dot"),
      L.line(x, gain(c.improvement), "real gain", t.text, "longdash", { line: { width: 1.5 } }),
      { x: refused, y: refused.map(() => 0), type: "scatter", mode: "markers", name: "refused", cliponaxis: false,
        marker: { symbol: "x", color: t.danger, size: 8 }, hovertemplate: "refused: nothing moved<extra></extra>" },
    ], { barmode: "overlay", margin: { l: 46, r: 30, t: 6, b: 26 },
      yaxis: { rangemode: "tozero", range: L.span(gain(c.predicted).concat(gain(c.improvement)), 0, 1e-4), autorange: x.length < 2 },
      yaxis2: { overlaying: "y", side: "right", range: [0, 1.6 * most], dtick: most > 5 ? 5 : 2, showgrid: false, zeroline: false,
        tickfont: { size: 11, color: t.muted } } }];
  },
};

L.charts.fractions = (st, t) => {
  const [traces, layout] = L.own[L.ownKind(st)](st, t);
  return [traces, { ...layout, shapes: L.knobShapes(st, t) }];
};

// Title, what the marks mean, the newest number and the text for a screen reader.
L.ownWords = (st) => {
  const c = st.cols, last = (a) => (a.length ? a[a.length - 1] : null), f = (v, d) => (v === null ? "–" : L.fix(v, d));
  const kind = L.ownKind(st);
  if (kind === "beta") {
    const then = ["halved", "held", "doubled"][(last(c.decision) ?? 0) + 1], now = last(c.kl_coef);
    const text = now === null ? "" : now < 1e-3 ? now.toExponential(1).replace("-", "−") : String(+now.toPrecision(3));
    return ["β, adaptive", "after each update ▲ doubled  ● held  ▼ halved", text && "β " + text, `β now ${text}, then ${then}.`];
  }
  if (kind === "search") {
    const refused = c.refused.filter((v) => v === 1).length, gone = last(c.refused) === 1;
    const backtracks = last(c.backtracks), residual = last(c.residual);
    return ["Line search", (refused ? `✕ ${refused} refused; ` : "") + "gain real (dashed), predicted (dotted); bars: backtracks",
      gone ? "✕ refused" : f(last(c.improvement), 4),
      (gone ? "The step was refused." : `Real gain ${f(last(c.improvement), 4)}, predicted ${f(last(c.predicted), 4)}.`)
        + ` Backtracks ${f(backtracks, 0)}, refused so far ${refused}, conjugate-gradient residual ${residual === null ? "–" : residual.toExponential(1)} of its start.`];
  }
  if (kind === "noise") {
    const share = last(c.noise_share), now = L.CREDITS.map(([k, name]) => [name, last(c["noise_" + k])]).filter(([, v]) => v !== null);
    return ["Gradient noise", "variance on one batch, by credit", share === null ? "" : L.percent(share) + " chance",
      "Variance of the policy gradient on one batch under each way of assigning credit: " + (now.map(([name, v]) => `${name} ${v.toExponential(1)}`).join(", ") || "no value yet")
        + (share === null ? "." : `. ${L.percent(share)} of this run's squared gradient is chance.`)];
  }
  return ["Outside the band", "all, killed (red), still pushing (dotted)", L.percent(last(c.clip_fraction)),
    `Outside the band ${L.percent(last(c.clip_fraction))}, killed ${L.percent(last(c.killed_fraction))}.`];
};
