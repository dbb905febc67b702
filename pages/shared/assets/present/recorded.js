// Layers of recordings: a run through the Train page's panels, a pair through the Compare page's.
L.stageHost = (id) => { const host = L.el("div", "ppo-run"), root = L.el("div"); root.id = id; host.append(root); return host; };

// What a component is to the Lab's panels: a place, data, and somebody who listens.
L.stageComponent = (host, data, send) => ({ parentElement: host, data, setTriggerValue: send });

L.holdVideos = (host, held) => host.querySelectorAll("video.on").forEach((v) => { if (held) v.pause(); else v.play().catch(() => {}); });

L.replayLayer = (show, scene) => {
  const host = L.stageHost("ppo-live"), data = () => ({ ...show.replay, preview: show.eps }), send = (name, value) => {
    if (name === "loaded") show.tell("loaded", value);
    if (name === "knee") show.setEps(value);
  };
  host.dataset.panels = scene.panels.join(" ");
  const layer = { node: host, least: 1.8, wide: 672, moves: true };
  let inst = null, end = () => {};
  const restart = () => { L.stopReplay(inst); inst.st.run = ""; L.receive(inst, data()); };
  return Object.assign(layer, {
    badge: () => "REPLAY",
    enter() {
      if (!inst) { end = L.mount(L.stageComponent(host, data(), send)); inst = host.firstChild.inst; } else restart();
      layer.hold(!show.playing);
    },
    leave() { layer.hold(true); },
    hold(held) { if (inst) { inst.held = held; L.holdVideos(host, held); } },
    preview(eps) { if (inst && inst.replay) { inst.preview = inst.st.drag = eps === inst.st.objective.eps ? null : eps; inst.redraw(["objective", "hist"]); } },
    resize() { if (inst) { inst.theme = L.theme(show.root); inst.redraw(L.ALL); } },
    step() {}, jump() {}, end: () => end(),
  });
};

L.pairLayer = (show) => {
  const host = L.stageHost("ppo-compare"), layer = { node: host, least: 1.8, wide: 672, moves: true };
  let inst = null, end = () => {}, serial = 0;
  const data = () => ({ ...show.pair, serial: `recorded ${++serial}` });
  return Object.assign(layer, {
    badge: () => "REPLAY",
    enter() {
      if (!inst) { end = L.cmpMount(L.stageComponent(host, data(), () => {})); inst = host.firstChild.inst; } else L.cmpReceive(inst, host.firstChild, data());
      layer.hold(!show.playing);
    },
    leave() { layer.hold(true); },
    hold(held) { if (inst) { inst.held = held; L.holdVideos(host, held); } },
    resize() { if (inst) { inst.theme = L.theme(show.root); inst.redraw(L.cmpCharted(inst)); } },
    step() {}, jump() {}, end: () => end(),
  });
};

// Films are fetched once and kept in the tab, so that a server that has gone away takes no picture with it.
L.keepFilms = (films) => films.forEach((film) => {
  if (!film.url || film.url.startsWith("blob:")) return;
  fetch(film.url).then((answer) => (answer.ok ? answer.blob() : null)).then((blob) => { if (blob) film.url = URL.createObjectURL(blob); }).catch(() => {});
});
