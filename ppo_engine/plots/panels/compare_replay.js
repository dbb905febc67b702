// Plays recorded runs from their whole packet: rows, histograms and films appear as they did, then it begins again.
L.cmpStartReplay = (inst, d) => {
  const rec = d.replay, whole = inst.sts, longest = whole.reduce((a, b) => (b.update.length > a.update.length ? b : a));
  const count = longest.update.length, strips = d.strips.map((s) => ({ x: L.floats(s.x), y: L.floats(s.y) }));
  const upTo = (i) => {
    const end = Math.max(...whole.map((st) => st.cols.timesteps[Math.min(i, st.update.length - 1)]));
    inst.sts = whole.map((st, k) => { const at = Math.min(i, st.update.length - 1); return { ...st, update: st.update.slice(0, i + 1),
      cols: Object.fromEntries(Object.entries(st.cols).map(([c, v]) => [c, v.slice(0, i + 1)])),
      hist: { update: st.update[at], up: rec.hists[k].up[at], down: rec.hists[k].down[at] } }; });
    const runs = d.runs.map((run, k) => { const st = inst.sts[k], steps = st.cols.timesteps[st.update.length - 1];
      return { ...run, rows: true, update: st.update[st.update.length - 1], timesteps: steps, share: steps / run.total, knobs: (run.knobs || []).filter((q) => q.x <= steps) }; });
    const parted = d.parted.map((p) => (p.x !== null && p.x <= end ? p : { ...p, update: null }));
    const side = rec.films.map((films) => { const known = films.filter((f) => f.update <= longest.update[i]); return known[known.length - 1] || films[0] || null; });
    inst.strips = strips.map((s) => { const n = s.x.filter((x) => x <= end).length; return { x: s.x.slice(0, n), y: s.y.slice(0, n) }; });
    L.cmpShow(inst, { ...d, runs, parted, whole: true, strips: null, sentence: i >= count - 1 ? d.sentence : "", films: { ...d.films, side } });
  };
  inst.play = L.player({ count, first: Math.min(rec.first, count - 1), pace: rec.pace, rest: 9000, draw: upTo, held: () => inst.held, name: (at) => `update ${longest.update[at]}` });
  inst.ui.foot.append(inst.play.node);
};

L.cmpStopReplay = (inst) => { if (inst.play) inst.play.stop(); inst.play = null; };
