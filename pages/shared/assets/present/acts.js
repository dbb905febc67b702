// What can be done on the stage, by keys, by the bar's buttons, and from the speaker's page.
L.stageActs = (show) => {
  show.go = (at) => {
    at = L.clamp(at, 0, show.scenes.length - 1);
    if (at === show.at) return;
    if (show.layer) { show.layer.leave(); show.layer.box.classList.remove("on"); }
    show.at = at; show.covered = null; show.sceneBegan = Date.now();
    const scene = show.scenes[at], layer = (show.layer = L.stageLayer(show, at));
    show.playing = !L.still();
    show.root.dataset.scene = scene.name;
    show.ui.words.textContent = scene.show;
    show.ui.eps.node.hidden = scene.figure !== "live";
    L.stageFit(show);
    layer.box.classList.add("on");
    layer.enter();
    L.stageCheck(show); L.stageUrl(show); L.stageSays(show); L.stageBarNow(show);
  };
  show.play = (playing) => {
    show.playing = playing;
    if (show.layer.hold) show.layer.hold(!playing || Boolean(show.covered));
    L.stageBarNow(show); L.stageSays(show);
  };
  show.pause = () => show.play(false);
  show.setEps = (eps) => {
    show.eps = Math.round(100 * L.clamp(eps, 0.01, 0.9)) / 100;
    show.ui.eps.set(show.eps);
    for (const layer of show.layers.values()) if (layer.preview) layer.preview(show.eps);
    clearTimeout(show.epsLater);
    const scene = show.scenes[show.at];
    show.epsLater = setTimeout(() => { if (show.trained.runs && show.trained.scene === scene.name) show.wish({ do: "knob", clip_range: show.eps }); }, 250);
  };
  const epsScene = () => !show.ui.eps.node.hidden, live = () => {
    const scene = show.scenes[show.at];
    if (scene.figure === "page") { show.layer.live(); return; }
    const on = show.trained.wished === scene.name || (show.trained.runs && show.trained.scene === scene.name);
    show.trained.wished = on ? "" : scene.name;
    show.wish(on ? { do: "stop" } : { do: "start", scene: scene.name, clip_range: epsScene() ? show.eps : 0.2 });
    L.stageCheck(show); L.stageBarNow(show);
  };
  show.does = {
    next: () => show.go(show.at + 1), previous: () => show.go(show.at - 1), first: () => show.go(0), last: () => show.go(show.scenes.length - 1),
    down: (shift) => (epsScene() ? show.setEps(show.eps - (shift ? 0.01 : 0.05)) : show.go(show.at + 1)),
    up: (shift) => (epsScene() ? show.setEps(show.eps + (shift ? 0.01 : 0.05)) : show.go(show.at - 1)),
    play: () => { if (L.still()) show.layer.jump(); else show.play(!show.playing); },
    full: () => { if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen().catch(() => {}); },
    black: () => { show.ui.black.hidden = !show.ui.black.hidden; L.stageSays(show); },
    live, theme: () => { show.theme = show.theme === "light" ? "dark" : "light"; L.stageTheme(show); },
    speaker: () => window.open(L.speakerAddress(show), "ppo-speaker", "popup,width=1100,height=760"),
    arrange: () => { show.arranging = true; show.pause(); L.stageVisible(show); const door = document.querySelector(".ppo-stage-door button"); if (door) door.focus(); },
    leave: () => {
      if (document.fullscreenElement) { document.exitFullscreen(); return; }
      const link = document.querySelector(".st-key-present_leave a");
      L.stageEnd(show);
      if (link) link.click(); else location.assign(show.base);
    },
  };
};

// Wishes go to the server one by one, each until it has been heard: a message can fall between two runs of the page.
L.stageWish = (show, wish) => {
  if (wish.do === "at" || wish.do === "knob") show.wishes = show.wishes.filter((w, i) => (i === 0 && w.tries) || w.do !== wish.do);
  show.wishes.push({ ...wish, n: (L.wishes = Math.max(Date.now(), (L.wishes || 0) + 1)) });
  L.stageSend(show);
};

L.stageSend = (show) => {
  const wish = show.wishes[0], now = performance.now();
  if (!wish || !show.feed || now - (wish.sent || -1e9) < 1600) return;
  wish.sent = now; wish.tries = (wish.tries || 0) + 1;
  if (wish.tries > 8) { show.wishes.shift(); return; }
  const { sent, tries, ...told } = wish;
  try { show.feed.setTriggerValue("wish", told); } catch { /* the server is away; the screen goes on */ }
};

// What the fragment brings: that a wish was heard, news of live training, a key pressed on another device.
L.stageFeed = (component) => {
  const show = L.shown, d = component.data;
  L.fed = component;
  if (!show || !d) return null;
  show.feed = component;
  show.tell = (name, value) => component.setTriggerValue(name, value);
  if (show.wishes.length && show.wishes[0].n === d.ack) { show.wishes.shift(); L.stageSend(show); }
  show.trained.receive(d.live);
  if (d.go) { if (show.heard !== undefined && d.go.n !== show.heard) L.stageHears(show, d.go); show.heard = d.go.n; } else show.heard ??= 0;
  L.stageCheck(show); L.stageBarNow(show);
  return null;
};

L.stageBar = (show) => {
  const buttons = [["previous", "◀", "Previous scene", "←"], ["play", "⏸", "Play or pause", "Space"], ["next", "▶", "Next scene", "→"], ["live", "Live", "Live training", "L"], ["black", "Black", "Black screen", "B"],
    ["full", "Full screen", "Full screen", "F"], ["speaker", "Speaker", "The speaker’s page", "S"], ["arrange", "Arrange", "Arrange, save, open the talk", "E"], ["leave", "Leave", "Leave the stage", "Esc"]];
  const { bar } = show.ui;
  bar.setAttribute("role", "toolbar"); bar.setAttribute("aria-label", "Stage");
  show.ui.count = L.el("span", "show-count");
  for (const [does, words, title, key] of buttons) {
    const b = L.el("button", "", words);
    b.type = "button"; b.title = `${title} (${key})`; b.dataset.does = does; b.setAttribute("aria-label", title); b.setAttribute("aria-keyshortcuts", key);
    b.onclick = () => { show.does[does](false); b.blur(); };
    bar.append(b);
    if (does === "next") bar.append(show.ui.count);
  }
};

L.stageBarNow = (show) => {
  show.ui.count.textContent = `${show.at + 1} / ${show.scenes.length}`;
  const button = (does) => show.ui.bar.querySelector(`[data-does=${does}]`);
  button("play").textContent = show.playing ? "⏸" : "⏵";
  const scene = show.scenes[show.at];
  const trains = scene.figure === "page" ? Boolean(show.layer && show.layer.trains()) : Boolean(show.trained.wished === scene.name || (show.trained.runs && show.trained.scene === scene.name));
  button("live").setAttribute("aria-pressed", String(trains));
  show.ui.eps.trains(trains);
};

L.stageEps = (show) => {
  const node = L.el("div", "show-eps"), keys = L.el("span", "show-keys", "▲ ▼"), start = L.el("button", "", "Train live  L");
  const slider = L.lessonSlider(node, { label: "clip range ε", min: 0.01, max: 0.9, step: 0.01, say: (v) => v.toFixed(2), move: (v) => show.setEps(v) });
  start.type = "button"; start.onclick = () => { show.does.live(); start.blur(); };
  node.append(keys, start);
  slider.set(show.eps);
  return { node, set: slider.set, trains: (on) => { start.textContent = on ? "Stop live  L" : "Train live  L"; } };
};

// The speaker's page of this very window, also on another device.
L.speakerAddress = (show) => `${location.origin}${show.base}present-speaker?desk=${show.code}`;

// The door between the page below, where the talk is arranged, and the stage.
L.stageDoor = (show, door) => {
  if (door.button) return;
  door.button = L.el("button", "", "Present");
  door.button.type = "button";
  door.button.onclick = () => { show.arranging = false; const at = Math.max(0, show.at); show.at = -1; show.go(at); L.stageVisible(show); show.root.focus(); };
  door.append(door.button, L.el("p", "", "→ ← scenes · Space plays and pauses · 1–9 jump · F full screen · L live training · ↑ ↓ set ε · B black · S speaker’s page · T dark or light · E arrange · Esc leaves"),
    L.el("p", "", `The speaker’s page on another device: ${L.speakerAddress(show)}`));
};
