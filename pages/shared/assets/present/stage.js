// The stage: one scene at a time over the whole window, changed by keys without the server; it outlives a lost server.
L.stageMount = (component) => {
  const d = component.data, door = component.parentElement.querySelector(".ppo-stage-door");
  let show = L.shown;
  if (show) clearTimeout(show.leaving); else show = L.shown = L.stageBuild(d);
  L.stageTake(show, d);
  L.stageDoor(show, door);
  if (L.fed && !show.feed) L.stageFeed(L.fed);
  return () => { show.leaving = setTimeout(() => L.stageEnd(show), 500); };
};

L.stageBuild = (d) => {
  const root = L.el("div", "ppo-present"), $ = (cls, tag = "div") => { const node = L.el(tag, cls); root.append(node); return node; };
  root.id = "ppo-present"; root.tabIndex = -1;
  root.setAttribute("role", "region"); root.setAttribute("aria-label", "Stage"); root.setAttribute("aria-roledescription", "slides");
  const query = new URLSearchParams(location.search), at = Number(query.get("scene"));
  const show = { root, layers: new Map(), at: -1, playing: !L.still(), theme: "light", eps: 0.2, arranging: query.has("arrange"), wishes: [], code: L.stageCode(), began: Date.now(), sceneBegan: Date.now(),
    base: location.pathname.replace(/\/present\/?$/, "") + "/", first: Number.isInteger(at) && at > 0 ? at - 1 : 0, ui: {} };
  const top = $("show-top"), frame = $("show-frame"), foot = $("show-foot");
  show.ui = { top, frame, foot, bar: L.el("div", "show-bar"), note: L.el("span", "show-note"), badge: L.el("span", "show-badge") };
  show.ui.note.setAttribute("role", "status");
  top.append(show.ui.bar, show.ui.note, show.ui.badge);
  show.ui.eps = L.stageEps(show); show.ui.words = L.el("p", "show-words"); show.ui.words.setAttribute("aria-live", "polite");
  foot.append(show.ui.eps.node, show.ui.words);
  show.ui.black = $("show-black"); show.ui.black.hidden = true; show.ui.black.setAttribute("aria-label", "The screen is black; B brings it back"); show.ui.black.setAttribute("role", "status");
  show.trained = L.trainedLayer(show);
  for (const host of [show.trained.one, show.trained.two]) { const box = L.el("div", "show-layer show-trained"); box.append(host); frame.append(box); }
  L.stageActs(show); L.stageBar(show); L.stageTalks(show);
  document.body.append(root);
  show.key = (ev) => L.stageKey(show, ev);
  window.addEventListener("keydown", show.key, true);
  show.watch = new ResizeObserver(() => L.stageFit(show)); show.watch.observe(frame);
  root.addEventListener("pointermove", () => { root.classList.add("awake"); clearTimeout(show.sleep); show.sleep = setTimeout(() => root.classList.remove("awake"), 3500); });
  show.check = setInterval(() => L.stageCheck(show), 250);
  L.stageLoop(show);
  return show;
};

// Which presenting window this is, for its speaker's page; a reload keeps it.
L.stageCode = () => {
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (v) => (v % 36).toString(36)).join("");
  try { sessionStorage["ppo-desk"] ||= fresh; return sessionStorage["ppo-desk"]; } catch { return fresh; }
};

// Takes over what the server says: the scenes, the numbers behind the figures, the recordings.
L.stageTake = (show, d) => {
  const scenes = JSON.stringify(d.scenes), first = !show.scenes;
  if (first) { Object.assign(show, { values: d.values, replay: d.replay, pair: d.pair, themes: d.themes }); L.keepFilms(d.replay.replay.films); d.pair.replay.films.forEach(L.keepFilms); L.stageTheme(show); }
  show.talk = d.talk;
  // A reload must not cost a talk that was put together in this tab.
  try {
    const kept = sessionStorage.getItem("ppo-talk");
    if (d.draft) sessionStorage.setItem("ppo-talk", d.draft); else if (first && kept && !d.talk.id) show.wish({ do: "restore", text: kept });
  } catch { /* a browser that keeps nothing */ }
  if (scenes !== show.told) {
    show.told = scenes; show.scenes = d.scenes;
    const known = new Set(d.scenes.map((scene) => JSON.stringify(scene)));
    for (const [key, layer] of show.layers) if (!known.has(key)) { layer.end(); layer.box.remove(); show.layers.delete(key); }
    const at = Math.min(first ? show.first : show.at, d.scenes.length - 1);
    show.at = -1;
    if (show.arranging) show.at = at; else show.go(at);
    L.stageAhead(show);
  }
  L.stageUrl(show);
  L.stageVisible(show);
};

L.stageTheme = (show) => {
  for (const [name, value] of Object.entries(show.themes[show.theme])) show.root.style.setProperty(name, value);
  document.documentElement.dataset.ppoDark = String(show.theme === "dark");
  show.root.dataset.dark = show.theme === "dark";
  show.root.querySelectorAll("#ppo-live, #ppo-compare").forEach((node) => { node.dataset.dark = show.theme === "dark"; });
  for (const layer of [...show.layers.values(), show.trained]) layer.resize();
};

L.stageVisible = (show) => {
  show.root.hidden = show.arranging;
  document.documentElement.classList.toggle("ppo-presenting", !show.arranging);
};

L.stageUrl = (show) => {
  const url = new URL(location.href);
  url.searchParams.set("scene", show.at + 1); url.searchParams.delete("arrange");
  if (show.talk.id) url.searchParams.set("talk", show.talk.id); else url.searchParams.delete("talk");
  if (url.href !== location.href) history.replaceState(history.state, "", url);
};

// The layer of a scene, made when it is first needed.
L.stageLayer = (show, at) => {
  const scene = show.scenes[at], key = JSON.stringify(scene);
  let layer = show.layers.get(key);
  if (!layer) {
    layer = { page: L.pageLayer, live: L.replayLayer, race: L.pairLayer }[scene.figure]?.(show, scene) || L.figureLayer(show, scene);
    layer.box = L.el("div", "show-layer"); layer.box.dataset.scene = scene.name;
    layer.box.append(layer.node);
    show.ui.frame.prepend(layer.box);
    show.layers.set(key, layer);
    L.stageScale(show, layer.box, layer);
  }
  return layer;
};

// Type and lines grow with the window: a layer is laid out small and enlarged, never below what ten metres need.
L.stageScale = (show, box, layer) => {
  const w = show.ui.frame.clientWidth, h = show.ui.frame.clientHeight, scale = Math.max(layer.least, w / layer.wide);
  Object.assign(box.firstChild.style, { width: w / scale + "px", height: h / scale + "px", transform: `scale(${scale})` });
};

L.stageFit = (show) => {
  for (const layer of show.layers.values()) L.stageScale(show, layer.box, layer);
  for (const box of show.ui.frame.querySelectorAll(".show-trained")) L.stageScale(show, box, show.trained);
  for (const layer of [...show.layers.values(), show.trained]) layer.resize();
};

// Builds the other scenes while there is time, the next ones first, so that each is there when its key is pressed.
L.stageAhead = (show) => {
  const order = show.scenes.map((_, i) => i).sort((a, b) => ((a - show.at + show.scenes.length) % show.scenes.length) - ((b - show.at + show.scenes.length) % show.scenes.length));
  const next = () => {
    if (show.gone) return;
    const at = order.find((i) => show.scenes[i] && !show.layers.has(JSON.stringify(show.scenes[i])));
    if (at === undefined) { show.root.dataset.ready = "true"; return; }
    const layer = L.stageLayer(show, at);
    if (at !== show.at) { layer.enter(); layer.leave(); }
    setTimeout(next, 60);
  };
  show.root.dataset.ready = "false";
  clearTimeout(show.ahead); show.ahead = setTimeout(next, 300);
};

L.stageLoop = (show) => {
  let before = 0, waited = 0;
  const frame = (now) => {
    if (show.gone) return;
    const layer = show.layer, passed = Math.min(0.1, (now - before) / 1000);
    before = now; waited += passed;
    // Half of the frames are enough for the eye, and leave the machine to what is trained.
    if (waited > 0.03) { if (layer && show.playing && !show.arranging && !show.covered && !L.still()) layer.step(waited); waited = 0; }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

// Four times a second: is the live picture worth showing, or does the recording go on?
L.stageCheck = (show) => {
  const scene = show.scenes && show.scenes[show.at], layer = show.layer;
  if (!scene || !layer) return;
  const live = show.trained.fresh(scene), host = show.trained.node();
  if (live !== Boolean(show.covered)) {
    show.covered = live;
    if (layer.hold) layer.hold(live || !show.playing);
    show.trained.hold(!live);
    L.stageSays(show);
  }
  // A film that comes while the scene is held stays still as well.
  if (!show.playing && layer.hold) layer.hold(true);
  for (const box of show.ui.frame.querySelectorAll(".show-trained")) box.classList.toggle("on", live && box.firstChild === host);
  layer.box.classList.toggle("on", !live);
  for (const each of show.layers.values()) if (each.tend) each.tend(performance.now());
  const badge = live ? show.trained.badge() : layer.badge();
  if (show.ui.badge.textContent !== badge) { show.ui.badge.textContent = badge; show.ui.badge.dataset.state = badge.toLowerCase(); L.stageSays(show); }
  const note = show.problem || (show.trained.waiting(scene) ? (show.trained.has("failed") ? "live run failed" : "live run is starting") : layer.waits && layer.waits() ? "the page is opening" : "");
  if (show.ui.note.textContent !== note) show.ui.note.textContent = note;
  L.stageSend(show);
};

L.stageEnd = (show) => {
  if (show.gone) return;
  show.gone = true;
  if (L.shown === show) L.shown = null;
  clearInterval(show.check); clearTimeout(show.ahead); show.watch.disconnect(); show.channel && show.channel.close();
  window.removeEventListener("keydown", show.key, true);
  for (const layer of [...show.layers.values(), show.trained]) layer.end();
  document.documentElement.classList.remove("ppo-presenting");
  show.root.remove();
};
