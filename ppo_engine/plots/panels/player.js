// Plays the updates of a recording: play and pause, a scrubber, speeds from a quarter to sixteen times, all by keys too.
L.SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
L.SMOOTHEST = 100;  // milliseconds: faster than this nothing is redrawn, updates are passed over instead

// of: { count, first, pace, rest, draw(at), name(at), held() }: how many frames there are, where the first round begins,
// milliseconds a frame and at the end, what draws one, what it is called, and whether time stands still just now.
L.player = (of) => {
  const p = { at: -1, playing: !L.still(), timer: 0, due: 0, gone: false };
  const node = (p.node = L.el("div", "ppo-player")), toggle = L.el("button"), scrub = L.el("input"), speed = L.el("select");
  node.setAttribute("role", "group"); node.setAttribute("aria-label", "Replay");
  toggle.type = "button";
  scrub.type = "range"; scrub.min = 0; scrub.max = of.count - 1; scrub.step = 1; scrub.setAttribute("aria-label", "Update that is shown");
  speed.setAttribute("aria-label", "Speed of the replay"); speed.title = "Speed, also + and −";
  for (const s of L.SPEEDS) { const o = L.el("option", "", `${s}×`); o.value = s; speed.append(o); }
  speed.value = L.playSpeed || 1;
  node.append(L.el("b", "", "Replay"), toggle, scrub, speed);

  const show = () => {
    toggle.textContent = p.playing ? "❚❚" : "▶";
    toggle.setAttribute("aria-label", p.playing ? "Pause the replay" : "Play the replay");
    toggle.title = (p.playing ? "Pause" : "Play") + ", also Space";
    node.dataset.playing = p.playing; node.dataset.at = p.at;
  };
  p.seek = (at) => {
    p.at = Math.max(0, Math.min(of.count - 1, Math.round(at)));
    p.due = p.at;
    of.draw(p.at);
    scrub.value = p.at; scrub.setAttribute("aria-valuetext", of.name(p.at)); scrub.title = of.name(p.at);
    scrub.style.setProperty("--done", `${(100 * p.at) / Math.max(1, of.count - 1)}%`);
    show();
  };
  const later = (wait) => { clearTimeout(p.timer); if (p.playing && !p.gone) p.timer = setTimeout(tick, wait); };
  const period = () => Math.max(L.SMOOTHEST, of.pace / Number(speed.value));
  const tick = () => {
    if (p.gone || !p.playing) return;
    if (!document.hidden && !(of.held && of.held())) {
      if (p.at >= of.count - 1) p.seek(of.first);
      else { const due = p.due + (Number(speed.value) * period()) / of.pace; if (Math.floor(due) > p.at) p.seek(Math.floor(due)); p.due = due; }
    }
    later(p.at >= of.count - 1 ? of.rest : period());
  };
  p.play = (on) => {
    p.playing = on;
    if (on && p.at >= of.count - 1) p.seek(of.first);
    show(); later(period());
  };
  p.stop = () => { p.gone = true; clearTimeout(p.timer); node.remove(); };
  const jump = (at) => { p.seek(at); later(period()); };
  const quicker = (by) => {
    speed.value = L.SPEEDS[Math.max(0, Math.min(L.SPEEDS.length - 1, L.SPEEDS.indexOf(Number(speed.value)) + by))];
    L.playSpeed = Number(speed.value); later(period());
  };
  // True when the key was one of the player's.
  p.key = (ev) => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey) return false;
    const far = ev.shiftKey ? 10 : 1;
    const act = { " ": () => p.play(!p.playing), k: () => p.play(!p.playing), ArrowLeft: () => jump(p.at - far), ArrowRight: () => jump(p.at + far),
      Home: () => jump(0), End: () => jump(of.count - 1), "+": () => quicker(1), "-": () => quicker(-1) }[ev.key];
    if (!act) return false;
    ev.preventDefault(); ev.stopPropagation(); act();
    return true;
  };
  toggle.onclick = () => p.play(!p.playing);
  scrub.oninput = () => jump(Number(scrub.value));
  speed.onchange = () => { L.playSpeed = Number(speed.value); later(period()); };
  // A button and a list have keys of their own.
  node.onkeydown = (ev) => { if (ev.target !== speed && !(ev.target === toggle && ev.key === " ")) p.key(ev); };
  p.seek(L.still() ? of.count - 1 : of.first);
  later(60);
  return p;
};
