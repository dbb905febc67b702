// The lessons' own figures on the stage: what a scene's path may set in each, and which buttons it may press.
// L.onStage[name] = (host, values, redraw) -> { node, draw(theme), set(values), press(button), end() }
L.onStage = {
  weights(host, values, redraw) {
    const figure = L.figures.importance(host, values.importance, redraw), st = figure.state;
    return { node: figure.scenes.experiment, draw: (t) => figure.draw(t, "experiment"), end: figure.end,
      set({ mean, std }) { st.q.mean = mean; st.q.std = std; st.star = false; st.preset = ""; } };
  },
  paths(host, values, redraw) {
    const scene = L.trajectoryScene(redraw);
    return { ...scene, set({ delta, steps }) { scene.state.delta = delta; scene.state.steps = Math.round(steps); } };
  },
  cliff(host, values, redraw) {
    const scene = L.cliffScene(redraw);
    return { ...scene, set({ rate }) { scene.state.rate = 10 ** rate; } };
  },
  trust(host, values, redraw) {
    const scene = L.trustScene(redraw, true, values.trust);
    return { ...scene, set() {}, press: L.pressIn(scene.node), end: scene.stop };
  },
  trpo(host, values, redraw) {
    const scene = L.policyScene(redraw);
    return { ...scene, set({ radius }) { scene.state.delta = 10 ** radius; }, press: L.pressIn(scene.node) };
  },
  controller(host, values, redraw) {
    const scene = L.controlScene(redraw, values.penalty);
    return { ...scene, set({ times }) { scene.state.times = 10 ** times; } };
  },
  clip(host, values, redraw) {
    const scene = L.clipOneScene(redraw);
    return { ...scene, set({ r, a }) { scene.now.r = r; scene.now.a = a; },
      end() { if (window.Plotly) scene.node.querySelectorAll(".ppo-plot").forEach((plot) => window.Plotly.purge(plot)); } };
  },
};

L.pressIn = (node) => (id) => { const button = node.querySelector(`button[data-id="${id}"]`); if (button) button.click(); };

// A layer with a lesson's figure, of which only the scene's charts and numbers stay.
L.figureLayer = (show, scene) => {
  const host = L.el("div", "ppo-lesson"), layer = { node: host, least: scene.figure === "clip" ? 1.7 : 1.66, wide: 735 };
  const redraw = L.onceAFrame(() => layer.draw());
  const figure = L.onStage[scene.figure](host, show.values, redraw);
  if (!figure.node.parentElement) host.append(figure.node);
  [...host.children].forEach((node) => { if (node !== figure.node) node.remove(); });
  [...figure.node.children].filter((node) => node.matches(".ppo-row, .ppo-chart")).forEach((node, i) => { node.hidden = !scene.keep.includes(i); });
  figure.node.querySelectorAll(".ppo-row").forEach((row) => [...row.children].slice(1).forEach((chart) => { chart.hidden = true; }));
  figure.node.querySelectorAll(".ppo-number").forEach((tile) => { tile.hidden = !scene.tiles.includes(tile.dataset.part); });
  const tiles = figure.node.querySelector(".ppo-numbers");
  if (tiles) tiles.hidden = !scene.tiles.length;
  const motion = L.motion(scene.path, figure.set, figure.press || (() => {}));
  // Whoever takes hold of the figure moves it from there on; Space lets it go on by itself.
  host.addEventListener("pointerdown", (ev) => { if (ev.target.closest(".ppo-handle, .ppo-knee, .ppo-chart-body")) show.pause(); });
  host.addEventListener("pointerup", () => document.activeElement && host.contains(document.activeElement) && document.activeElement.blur());
  return Object.assign(layer, {
    badge: () => "COMPUTED", moves: scene.path.length > 0,
    draw() { if (host.isConnected) figure.draw(L.lessonTheme(show.root)); },
    enter() { motion.begin(); layer.draw(); }, leave() {}, resize: redraw,
    step(seconds) { motion.step(seconds); redraw(); }, jump() { motion.jump(); layer.draw(); },
    end() { if (figure.end) figure.end(); },
  });
};
