// A page of one's own as a scene: the very page of this server in a frame, its charts alone, as large as its smallest type needs.
L.SMALLEST = 18.2;
// A whole page is heavy: it is opened when its turn is near, and not together with another.
L.NEAR = 3; L.APART = 4000;
// By this a page is there: a first chart, or, of a page that has none, its words.
L.DRAWN_CHART = ".ppo-plot svg, .ppo-chart svg, .ev-plot svg"; L.DRAWN_WORDS = "[data-testid='stMarkdown'], [data-testid='stHeading']";
L.sceneAt = (show, scene) => { const told = JSON.stringify(scene); return show.scenes.findIndex((other) => JSON.stringify(other) === told); };

L.pageLayer = (show, scene) => {
  const frame = L.el("iframe", "ppo-page"), layer = { node: frame, least: scene.least, wide: 1216 / scene.least, moves: false }, at = new URL(scene.page, location.origin + show.base);
  at.pathname = show.base.replace(/\/$/, "") + scene.page.split("?")[0];
  at.searchParams.set("embed", "true");
  const theme = () => (show.theme === "dark" ? "dark_theme" : "light_theme"), page = () => { try { return frame.contentDocument; } catch { return null; } };
  const open = () => { layer.theme = theme(); at.searchParams.set("embed_options", layer.theme); frame.src = at.href; };
  frame.title = scene.title;
  frame.addEventListener("load", () => { const doc = page(); if (doc && doc.head) L.pageDress(show, doc, scene); });
  let held = false, measured = 0;
  const shown = () => { const doc = page(); return doc ? [...doc.querySelectorAll("#ppo-live, #ppo-compare")].filter((node) => node.inst) : []; };
  return Object.assign(layer, {
    // What the page says of itself: REPLAY, RUNNING, …
    badge() { const doc = page(), own = doc ? [...doc.querySelectorAll(".ppo-badge")].map((node) => node.textContent.trim()) : []; return [...new Set(own)].filter(Boolean).join(" · ") || "PAGE"; },
    enter() { if (!layer.theme) open(); layer.hold(!show.playing); }, leave() { layer.hold(true); if (document.activeElement === frame) frame.blur(); },
    hold(on) { held = on; for (const node of shown()) { node.inst.held = on; L.holdVideos(node, on); } },
    waits() { const doc = page(); return !(doc && doc.body && doc.querySelector(scene.charts ? L.DRAWN_CHART : L.DRAWN_WORDS)); },
    // What has come since: panels that were built after the scene was entered, and type smaller than any before.
    tend(now) {
      if (!layer.theme && now > (show.opened || 0) + L.APART && Math.abs(L.sceneAt(show, scene) - show.at) <= L.NEAR) { show.opened = now; open(); }
      for (const node of shown()) if (Boolean(node.inst.held) !== held) layer.hold(held);
      if (now - measured < 1000) return;
      measured = now;
      const smallest = page() ? L.smallestType(page()) : Infinity, least = Math.max(layer.least, Math.min(3, L.SMALLEST / smallest));
      if (least > layer.least + 0.01) { layer.least = least; L.stageFit(show); }
    },
    resize() { if (layer.theme && layer.theme !== theme()) open(); },
    // L presses the page's own Start, and Stop while it trains.
    trains: () => Boolean(L.pagePress(page(), "stop", false)), live: () => L.pagePress(page(), "stop", true) || L.pagePress(page(), "start", true),
    step() {}, jump() {}, end() {},
  });
};

// The frame's own style, and its keys: what is pressed within the page drives the talk as well, unless something is typed there.
L.pageDress = (show, doc, scene) => {
  const style = doc.createElement("style");
  style.textContent = L.PAGE_CSS + "\n" + scene.css;
  doc.head.append(style); doc.documentElement.classList.add("ppo-on-stage");
  doc.defaultView.addEventListener("keydown", (ev) => L.stageKey(show, ev), true);
};

L.pagePress = (doc, name, press) => {
  const button = doc && doc.querySelector(`:is(.st-key-${name}, .st-key-c_${name}) button:not([disabled])`);
  if (button && press) button.click();
  return Boolean(button);
};

// The size of the smallest text in sight, in the page's own pixels.
L.smallestType = (doc) => {
  const view = doc.defaultView, walk = doc.createTreeWalker(doc.body || doc, view.NodeFilter.SHOW_TEXT), range = doc.createRange();
  let smallest = Infinity;
  while (walk.nextNode()) {
    const node = walk.currentNode, el = node.parentElement;
    if (!node.textContent.trim() || !el.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width && box.bottom > 0 && box.right > 0 && box.top < view.innerHeight && box.left < view.innerWidth) smallest = Math.min(smallest, parseFloat(view.getComputedStyle(el).fontSize));
  }
  return smallest;
};
