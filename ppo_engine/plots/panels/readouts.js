// Writes the words and numbers: strip, tiles, chips under the sliders, honest split, sentences.
L.readouts = (st, ui, packet) => {
  const h = packet.head;
  if (h) {
    ui.badge.textContent = h.badge; ui.badge.dataset.state = h.state;
    ui.title.textContent = h.title; ui.title.title = h.sentence || "";
    const p = h.progress, share = p.total_timesteps ? p.timesteps / p.total_timesteps : 0;
    ui.fill.style.width = (100 * Math.min(1, share)).toFixed(2) + "%";
    ui.bar.setAttribute("aria-valuenow", Math.round(100 * share));
    ui.progress.textContent = [
      `update ${p.update}` + (p.total_updates ? ` of ${p.total_updates}` : ""),
      `${L.compact(p.timesteps)} of ${L.compact(p.total_timesteps)} steps`,
      p.fps ? `${L.compact(p.fps)} steps/s` : "", h.state === "running" ? L.duration(p.seconds_left) : h.note || "",
    ].filter(Boolean).join("  ·  ");
  }
  if (packet.tiles) packet.tiles.forEach((tile, i) => L.tile(ui, tile, i));
  if (packet.sentence !== undefined) ui.sentence.textContent = packet.sentence;
  if (packet.warnings) {
    ui.warning.textContent = packet.warnings.join("  ");
    ui.foot.title = packet.warnings.join("\n");
  }
  if (packet.split) for (const [id, v] of Object.entries(packet.split)) {
    const row = ui.panels.split.rows[id];
    row.v.textContent = L.percent(v); row.fill.style.width = 100 * (v || 0) + "%";
  }
  if (packet.trajectories !== undefined) L.showTrajectories(ui.panels.hist, packet.trajectories);
  if (packet.lights) L.showLights(st, ui, packet.lights);
  if (packet.evaluation) L.showEvaluation(ui.panels.video, packet.evaluation);
  if (packet.hint !== undefined) ui.panels.split.hint.textContent = packet.hint;
  if (packet.chips) L.chips(packet.chips);
};

L.tile = (ui, [label, value, unit, warn, help], i) => {
  let node = ui.tiles.children[i];
  if (!node) {
    node = L.el("div", "ppo-tile");
    node.append(L.el("label"), L.el("b"), L.el("small"));
    ui.tiles.append(node);
  }
  const [l, b, s] = node.children;
  help = node.help = help || node.help || "";  // what a number means is sent once
  l.textContent = label; b.textContent = value; s.textContent = unit;
  node.title = warn || help; node.classList.toggle("warn", Boolean(warn));
  node.setAttribute("aria-label", `${label} ${value} ${unit}. ${warn || help}`);
};

// The chips sit under Streamlit's sliders, in slots that the page leaves empty for them.
L.chips = (chips) => {
  for (const slot of document.querySelectorAll("[data-ppo-chip]")) {
    const c = chips[slot.dataset.ppoChip];
    if (slot.textContent !== (c ? c[1] : "")) slot.textContent = c ? c[1] : "";
    slot.dataset.state = c ? c[0] : "";
  }
};

L.describe = (st, ui) => {
  const last = (a) => { for (let i = a.length - 1; i >= 0; i--) if (a[i] !== null) return a[i]; return null; };
  const f = (v, d = 2) => (v === null || v === undefined ? "no value yet" : L.fix(v, d)), c = st.cols, p = ui.panels;
  const say = (id, now, text) => { p[id].now.textContent = now; p[id].plot.setAttribute("aria-label", text); };
  const r = last(c.ep_rew_mean), kl = last(c.kl), e = last(c.entropy), ev = last(c.explained_variance);
  say("ret", r === null ? "" : L.fix(r, 1), `Return against environment steps. Mean of the last 100 episodes: ${f(r, 1)}.`);
  say("kl", kl === null ? "" : L.fix(kl, 4), `KL per update against environment steps, now ${f(kl, 4)}.`);
  say("entropy", e === null ? "" : L.fix(e, 2), `Entropy, now ${f(e)}.`);
  say("ev", ev === null ? "" : L.fix(ev, 2), `Explained variance, now ${f(ev)}.`);
  say("losses", "", `Value loss now ${f(last(c.value_loss), 3)}, policy loss ${f(last(c.policy_gradient_loss), 4)}.`);
  const [title, sub, now, text] = L.ownWords(st);
  say("fractions", now, text);
  p.fractions.title.textContent = title; p.fractions.sub.textContent = p.fractions.sub.title = sub;
  const u = st.sample ? "update " + st.sample.update : "";
  say("objective", u, `${st.objective.title}: gain against ratio with this update's samples; ε ${f(st.drag ?? st.objective.eps)}.`);
  say("hist", st.hist ? "update " + st.hist.update : "", "Histogram of the probability ratio, split by the sign of the advantage, with the band one plus or minus ε.");
  p.kl.sub.textContent = st.klBand ? "green: " + st.klBand.text : "";
  p.objective.title.textContent = st.objective.title;
};
