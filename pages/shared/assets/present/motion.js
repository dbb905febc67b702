// Moves a scene's control along its path: stops of [seconds, {name: value, …} or {do: button}]; between them it glides.
L.motion = (path, set, press) => {
  const tracks = {}, presses = [];
  for (const [at, stop] of path) {
    for (const [name, value] of Object.entries(stop)) {
      if (name === "do") presses.push([at, value]); else (tracks[name] ||= []).push([at, value]);
    }
  }
  const end = path.length ? path[path.length - 1][0] : 0, stops = [...new Set(path.map(([at]) => at))];
  const valueOf = (track, at) => {
    const k = track.findIndex(([when]) => when > at);
    if (k < 0) return track[track.length - 1][1];
    if (k === 0) return track[0][1];
    const [a, from] = track[k - 1], [b, to] = track[k], share = (at - a) / (b - a);
    // Half linear, half eased: it starts at once and still arrives softly.
    return from + (to - from) * (0.5 * share + 0.25 * (1 - Math.cos(Math.PI * share)));
  };
  const motion = { at: 0, end };
  const apply = (from, to) => {
    for (const [when, what] of presses) if (when > from && when <= to) press(what);
    const now = Object.fromEntries(Object.entries(tracks).map(([name, track]) => [name, valueOf(track, to)]));
    if (Object.keys(now).length) set(now);
  };
  motion.begin = () => { motion.at = 0; apply(-1, 0); };
  motion.step = (seconds) => {
    if (!end) return;
    const to = motion.at + seconds;
    if (to > end) { motion.begin(); return; }
    apply(motion.at, to);
    motion.at = to;
  };
  // For those who want no motion: from stop to stop.
  motion.jump = () => {
    const next = stops.find((at) => at > motion.at + 1e-6);
    if (next === undefined) motion.begin(); else motion.step(next - motion.at);
  };
  return motion;
};
