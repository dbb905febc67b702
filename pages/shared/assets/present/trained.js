// Live training on the stage: its panels lie over the scene's recording, and only while news keeps coming.
// News comes about once a second; whoever is three times slower than usual is late.
L.late = (gap) => Math.min(8000, Math.max(2500, 3 * gap));

L.trainedLayer = (show) => {
  const one = L.stageHost("ppo-live"), two = L.stageHost("ppo-compare"), layer = { runs: "", news: 0, last: 0, states: [], wished: "", count: 0 };
  let end = () => {}, inst = null, host = null;
  const send = (name, value) => {
    if (name === "need") show.wish({ do: "need" });
    if (name === "knee") show.setEps(value);
    if (name === "loaded") show.tell("loaded", value);
  };
  const drop = () => { end(); end = () => {}; inst = null; if (host) host.replaceChildren(L.stageHost(host === one ? "ppo-live" : "ppo-compare").firstChild); };
  const progress = () => {
    if (!inst) return [0, 0];
    const sts = inst.sts || [inst.st];
    return [Math.min(...sts.map((st) => st.update.length)), sts.reduce((sum, st) => sum + st.last, 0)];
  };
  return Object.assign(layer, {
    one, two, least: 1.8, wide: 672,
    node: () => host, moves: true,
    // A packet from the server; it says nothing when nothing is trained.
    receive(live) {
      show.problem = (live && live.problem) || "";
      if (!live || !live.packet) { if (layer.runs) { drop(); Object.assign(layer, { runs: "", states: [], said: "", scene: "" }); } return; }
      const runs = live.runs.join(",");
      if (runs !== layer.runs) { drop(); Object.assign(layer, { runs, count: 0, news: 0, last: 0, gap: 1000 }); layer.wished = ""; }
      layer.states = live.states; layer.said = live.said; layer.scene = live.scene;
      host = live.runs.length > 1 ? two : one;
      const scene = show.scenes.find((s) => s.name === live.scene);
      if (scene) one.dataset.panels = scene.panels.join(" ");
      const component = L.stageComponent(host, live.packet, send), mount = host === two ? L.cmpMount : L.mount;
      if (!inst) { end = mount(component); inst = host.firstChild.inst; }
      else if (live.packet.serial !== inst.seen) mount(component);
      const [count, sum] = progress();
      if (sum > layer.last) {
        const now = performance.now();
        if (layer.news) layer.gap = 0.7 * (layer.gap || 1000) + 0.3 * (now - layer.news);
        Object.assign(layer, { last: sum, news: now });
      }
      layer.count = count;
    },
    has: (state) => layer.states.includes(state),
    // Whether the live picture is worth more than the recording: it has begun, and it still moves or has arrived.
    fresh(scene) {
      if (!layer.runs || layer.scene !== scene.name || layer.count < 3) return false;
      if (layer.states.every((state) => ["finished", "diverged"].includes(state))) return true;
      if (layer.states.some((state) => ["failed", "lost", "queued", "paused"].includes(state))) return false;
      return performance.now() - layer.news < L.late(layer.gap);
    },
    badge() { return layer.states.every((state) => state === "finished") ? "FINISHED" : layer.has("diverged") && !layer.has("running") ? "DIVERGED" : "LIVE"; },
    waiting: (scene) => Boolean(layer.wished === scene.name || (layer.runs && layer.scene === scene.name)) && !layer.fresh(scene),
    resize() { if (inst) { inst.theme = L.theme(show.root); inst.redraw(inst.sts ? L.cmpCharted(inst) : L.ALL); } },
    hold(held) { if (host) L.holdVideos(host, held); if (inst) inst.held = held; },
    end: () => drop(),
  });
};
