// Plays a recorded pair from its whole packet: rows, histograms and films appear as they did, then it begins again.
L.cmpStartReplay = (inst, d) => {
  const rec = d.replay, whole = inst.sts, count = Math.max(...whole.map((st) => st.update.length)), play = (inst.play = { at: rec.first, timer: 0 });
  const strips = d.strips.map((s) => ({ x: L.floats(s.x), y: L.floats(s.y) }));
  const upTo = (i) => {
    const end = Math.max(...whole.map((st) => st.cols.timesteps[Math.min(i, st.update.length - 1)]));
    inst.sts = whole.map((st, k) => ({ ...st, update: st.update.slice(0, i + 1),
      cols: Object.fromEntries(Object.entries(st.cols).map(([c, v]) => [c, v.slice(0, i + 1)])),
      hist: { update: st.update[Math.min(i, st.update.length - 1)], up: rec.hists[k].up[i], down: rec.hists[k].down[i] } }));
    const runs = d.runs.map((run, k) => ({ ...run, rows: true, update: inst.sts[k].update.length, timesteps: end, share: end / run.total }));
    const side = rec.films.map((films) => { const known = films.filter((f) => f.update <= i + 1); return known[known.length - 1] || films[0] || null; });
    const done = i >= count - 1;
    L.cmpShow(inst, { ...d, runs, whole: true, sentence: done ? d.sentence : "", films: { ...d.films, side } });
    inst.strips = strips.map((s) => { const n = s.x.filter((x) => x <= end).length; return { x: s.x.slice(0, n), y: s.y.slice(0, n) }; });
  };
  if (L.still()) { upTo(count - 1); return; }
  const tick = () => {
    if (inst.gone || inst.play !== play) return;
    let pace = rec.pace;
    if (!document.hidden && !inst.held) {
      upTo(play.at);
      if (++play.at >= count) { play.at = rec.first; pace = 9000; }
    }
    play.timer = setTimeout(tick, pace);
  };
  tick();
};

L.cmpStopReplay = (inst) => { if (inst.play) clearTimeout(inst.play.timer); inst.play = null; };
