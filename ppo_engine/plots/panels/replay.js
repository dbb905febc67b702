// Plays a recorded run through the very same packets that a live run sends, a frame every few hundred milliseconds.
L.startReplay = (inst, rec) => {
  if (inst.replay && inst.replay.title === rec.title) return;
  L.stopReplay(inst);
  const run = inst.st.run, cols = Object.fromEntries(L.COLUMNS.map((c) => [c, L.floats(rec.rows.cols[c])]));
  const update = L.floats(rec.rows.update), ex = L.floats(rec.ep.x), ey = L.floats(rec.ep.y);
  const sample = ["log_ratio", "advantage", "slope"].map((k) => L.floats(rec.sample[k]));
  const play = (inst.replay = { title: rec.title, at: -1, fixed: -1 });
  inst.pick = (u) => { play.fixed = u; film(); };
  const film = () => {
    const now = update[Math.max(0, play.at)], known = rec.films.filter((f) => f.update <= now);
    if (!rec.films.length) { L.showVideo(inst.ui.panels.video, null); return; }
    const f = (play.fixed >= 0 && rec.films.find((q) => q.update === play.fixed)) || known[known.length - 1] || rec.films[0];
    L.showVideo(inst.ui.panels.video, { ...f, list: known.length ? known.map((q) => q.update) : [f.update] }, inst.pick);
  };
  const empty = () => {
    inst.st = Object.assign(L.fresh(run), { drag: inst.preview ?? null, fixed: Boolean(rec.fixed), objective: rec.objective, edges: rec.edges,
      threshold: rec.threshold, klBand: rec.klBand, checkMeanings: rec.checkMeanings });
    L.readouts(inst.st, inst.ui, { hint: rec.hint, chips: {} });
    inst.ui.lights.hidden = inst.ui.panels.video.evaluation.hidden = true;
    play.at = -1;
  };
  // What was at update i: forwards what is new is added, backwards everything is laid out again.
  const frame = (i) => {
    if (i <= play.at || play.at < 0) empty();
    const st = inst.st, k = rec.sample.size;
    for (let j = play.at + 1; j <= i; j++) { st.update.push(update[j]); for (const c of L.COLUMNS) if (cols[c].length) st.cols[c].push(cols[c][j]); }
    play.at = i; st.last = update[i];
    let e = st.ep.x.length;
    while (e < ex.length && ex[e] <= cols.timesteps[i]) { st.ep.x.push(ex[e]); st.ep.y.push(ey[e]); e++; }
    const s = sample.map((a) => a.slice(i * k, (i + 1) * k));
    st.sample = { update: update[i], log_ratio: s[0], advantage: s[1], slope: s[2] };
    st.hist = { update: update[i], up: rec.hist.up[i], down: rec.hist.down[i] };
    if (rec.eps) st.objective = { ...rec.objective, eps: rec.eps[i] };
    st.knobs = rec.knobs.filter((q) => q.x <= cols.timesteps[i]);
    const p = { timesteps: cols.timesteps[i], total_timesteps: rec.total_timesteps, update: update[i], total_updates: update[update.length - 1], fps: 0 };
    film();
    L.show(inst, { ...rec.words[i], rows: true, sample: true, hist: true,
      head: { badge: "REPLAY", state: "replay", title: rec.title, sentence: rec.sentence, progress: p, note: "recorded" } });
  };
  play.player = L.player({ count: update.length, first: Math.min(rec.first, update.length - 1), pace: rec.pace, rest: 6000, draw: frame,
    held: () => inst.held, name: (at) => `update ${update[at]}` });
  inst.ui.foot.append(play.player.node);
};

L.stopReplay = (inst) => { if (inst.replay && inst.replay.player) inst.replay.player.stop(); inst.replay = null; inst.pick = null; inst.preview = null; };
