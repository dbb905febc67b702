// The loop's figure: three recorded runs, played phase by phase through the diagram, the samples and the curves.
L.figures.loop = (host, values, redraw, send) => {
  const scene = L.loopScene(values, redraw, send);
  host.append(scene.node);
  return { scenes: { loop: scene.node }, draw: scene.draw, end: scene.pause };
};

L.loopScene = (values, redraw, send) => {
  const C = L.loop, st = { method: "ppo", at: { u: 0, i: 0, share: 0 }, slow: 40, playing: false, box: null, focus: "" };
  const run = () => values.runs[st.method], updates = () => run().updates, method = () => values.methods[st.method];
  const node = L.el("div", "ppo-scene"), bar = L.el("div", "ppo-panel-controls ppo-loop-bar"), stage = L.el("div", "ppo-stack");
  const open = (spec) => { st.box = st.box === spec ? null : spec; redraw(); };
  const diagram = L.loopDiagram(node, open), time = L.loopTime(node);
  node.append(bar, stage);
  const source = L.loopSource(stage, () => { st.box = null; redraw(); }, (slug) => send("goto", slug));
  const lanes = new L.Chart(stage, { title: "The batch: eight environments, 64 steps each", margin: { l: 30, r: 12, t: 4, b: 18 } });
  const row = stage.appendChild(L.el("div", "ppo-row")); row.style.flexGrow = 1.5;
  const ratio = new L.Chart(row, { title: "Ratios", sub: "5 to 95 %", xlabel: "gradient of this update", margin: { l: 34, r: 8, t: 6, b: 34 } });
  const kl = new L.Chart(row, { title: "KL so far", sub: "a minibatch", xlabel: "gradient of this update", margin: { l: 44, r: 8, t: 6, b: 34 } });
  const rise = new L.Chart(row, { title: "Returns", sub: "dots: episodes; line: mean of 100", xlabel: "update", margin: { l: 36, r: 12, t: 6, b: 34 } });
  rise.node.style.flexGrow = 1.35;
  const tile = L.tilesOf(node, [["clock", "Time of this update", "Processor time of one core, measured while it was recorded"], ["spread", "Ratios now", "5 to 95 % of the newest minibatch, before its step"], ["killed", "Killed", "Outside the band with slope 0, of the newest minibatch"], ["whole", "KL after it", "Exact, over the whole batch, when the update was done"], ["mean", "Mean return", "Of the last 100 episodes"]]);

  const go = L.choices(bar, "Play", [["play", "Pause"], ["step", "Step", "One phase, or one gradient"], ["next", "Next update"]], (id) => {
    if (id === "play") (st.playing ? pause : play)();
    else { pause(); st.at = id === "step" ? C.step(updates(), st.at) : { u: (st.at.u + 1) % updates().length, i: C.phases(updates()[st.at.u]).length - 1, share: 1 }; redraw(); }
  });
  const button = go.node.children[0]; button.classList.add("main");
  const which = L.choices(bar, "Method", [["ppo", "PPO"], ["a2c", "A2C"], ["trpo", "TRPO"]], (id) => { st.method = id; st.at = { u: st.at.u, i: 0, share: 0 }; st.box = st.box && method().groups.flatMap((g) => g.boxes).find((b) => b.id === st.box.id) || null; redraw(); });
  const speed = L.lessonSlider(bar, { label: "slowed down", min: 0, max: 2.6, step: 0.05, say: (v) => (v ? `${L.number(10 ** v, 0)} ×` : "real time"), move: (v) => { st.slow = 10 ** v; redraw(); } });
  L.handle(rise, {
    label: "Update", shape: "bar", step: 1, part: "update", colour: "var(--ppo-blue)", at: () => [st.at.u + 1, rise.y ? rise.y[0] : 0],
    move: (x) => { pause(); const u = L.clamp(Math.round(x) - 1, 0, updates().length - 1); st.at = { u, i: C.phases(updates()[u]).length - 1, share: 1 }; redraw(); },
    says: () => `update ${st.at.u + 1} of ${updates().length}`, tag: () => `${st.at.u + 1}`, bounds: { lo: 1, hi: 60, now: () => st.at.u + 1 },
  });

  let before = 0, asked = 0;
  const tick = (now) => {
    asked = 0;
    if (!st.playing) return;
    if (!node.isConnected) { st.playing = false; return; }
    st.at = C.advance(updates(), st.at, Math.min(0.1, (now - before) / 1000), st.slow);
    before = now;
    redraw();
    asked = requestAnimationFrame(tick);
  };
  const play = () => { if (st.playing) return; st.playing = true; before = performance.now(); asked = asked || requestAnimationFrame(tick); redraw(); };
  const pause = () => { if (st.playing) { st.playing = false; redraw(); } };
  const draw = L.loopDrawing({ st, values, run, updates, method, diagram, time, source, lanes, ratio, kl, rise, tile, row });
  let first = true;
  return {
    node, pause, state: st,
    draw(theme, scene, focus) {
      // Once it is seen, it moves; who asked for less motion steps through it.
      if (first && node.clientHeight > 0) { first = false; if (!L.still() && node.isConnected) setTimeout(play); }
      const told = focus.join(" ");
      if (told && told !== st.focus) {
        const wanted = /(?:^| )as:(\w+)/.exec(told), opened = /(?:^| )box:(\w+)/.exec(told);
        if (wanted && wanted[1] !== st.method) { st.method = wanted[1]; st.at = { u: st.at.u, i: 0, share: 0 }; }
        st.box = opened ? method().groups.flatMap((g) => g.boxes).find((b) => b.id === opened[1]) || values.whole : null;
      }
      if (told) st.focus = told;
      button.textContent = st.playing ? "Pause" : "Play"; which.set(st.method); speed.set(Math.log10(st.slow));
      draw(theme);
    },
  };
};

// The update's time as one bar in proportion, with the hand where it stands.
L.loopTime = (host) => {
  const node = L.el("div", "ppo-time"), hand = L.el("i");
  node.setAttribute("role", "img"); node.dataset.part = "time";
  host.append(node);
  let shown = null;
  return (update, parts, share, words) => {
    if (shown !== update) {
      shown = update; node.textContent = "";
      for (const [name, seconds, label] of parts) {
        const part = node.appendChild(L.el("span", name, ""));
        part.style.flexGrow = 1000 * seconds; part.append(L.el("em", "", label));
      }
      node.append(hand); node.setAttribute("aria-label", words);
    }
    hand.style.left = `${100 * share}%`;
  };
};
