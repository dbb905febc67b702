// Keeps text and figure in step: the section being read chooses the figure's scene, and symbols explain themselves.
// A family of figures is L.figures[name] = (host, values, redraw, send) -> { scenes: {name: node}, draw(theme, scene, focus), end() }
L.figures = L.figures || {};

L.mountLesson = (component) => {
  const root = component.parentElement.querySelector(".ppo-lesson");
  let inst = root.inst;
  root.component = component;
  if (!inst) {
    inst = root.inst = { root, at: -1, data: component.data };
    root.textContent = "";
    const redraw = L.onceAFrame(() => L.drawLesson(inst));
    inst.redraw = redraw;
    inst.figure = L.figures[component.data.family](root, component.data.values, redraw, (name, value) => root.component.setTriggerValue(name, value));
    inst.watch = new ResizeObserver(redraw);
    inst.watch.observe(root);
    inst.spy = L.onceAFrame(() => L.spy(inst));
    document.addEventListener("scroll", inst.spy, { capture: true, passive: true });
    inst.click = (ev) => {
      const section = ev.target.closest && ev.target.closest("[class*='st-key-section_']");
      if (section) L.readSection(inst, L.sectionNumber(section));
    };
    document.addEventListener("click", inst.click); document.addEventListener("focusin", inst.click);
    inst.forget = L.figureByKeyboard(inst);
    // Whoever takes hold of the figure sees all of it, until another section is read.
    inst.take = () => { inst.taken = inst.at; redraw(); };
    root.addEventListener("pointerdown", inst.take); root.addEventListener("keydown", inst.take);
    inst.symbols = L.onceAFrame(() => { L.nameSymbols(); L.spy(inst); });
    inst.text = new MutationObserver(inst.symbols);
    // Its fonts come later than an equation, and make it wider.
    document.fonts.addEventListener("loadingdone", inst.symbols);
    const wait = () => {
      const text = document.querySelector(".st-key-lesson_text");
      if (inst.gone) return;
      if (!text) { setTimeout(wait, 30); return; }
      inst.text.observe(text, { childList: true, subtree: true });
      inst.symbols();
    };
    wait();
    L.readSection(inst, 0);
  }
  inst.data = component.data;
  inst.theme = L.lessonTheme(root);
  root.dataset.dark = document.documentElement.dataset.ppoDark = inst.theme.dark;
  document.documentElement.style.setProperty("--ppo-page", inst.theme.bg);
  inst.symbols();
  inst.redraw();
  return () => {
    inst.gone = true; inst.forget(); inst.watch.disconnect(); inst.text.disconnect();
    document.fonts.removeEventListener("loadingdone", inst.symbols);
    document.removeEventListener("scroll", inst.spy, { capture: true });
    document.removeEventListener("click", inst.click); document.removeEventListener("focusin", inst.click);
    if (inst.figure.end) inst.figure.end();
  };
};

L.lessonTheme = (root) => {
  const t = L.theme(root);
  // The page's own panel colour, so that labels keep a clean outline.
  t.panel = L.over(t.bg, getComputedStyle(root).getPropertyValue("--st-secondary-background-color") || t.bg, 0.45);
  t.blue = t.dark ? "#4BA3E3" : "#0072B2"; t.orange = "#D55E00";
  t.green = t.dark ? "#19B98A" : "#009E73"; t.purple = t.dark ? "#CC79A7" : "#B0588A";
  return t;
};

L.over = (below, above, share) => {
  const a = L.rgb(below), b = L.rgb(above.trim());
  return `rgb(${a.map((v, i) => Math.round(v + share * (b[i] - v))).join(",")})`;
};

L.drawLesson = (inst) => {
  if (inst.gone || !inst.root.isConnected) return;
  const section = inst.data.sections[Math.max(0, inst.at)], scene = section.scene;
  const focus = inst.taken === inst.at ? [] : section.focus;
  // Whoever has scrolled on with the keyboard in the figure stays in the figure.
  const held = Object.entries(inst.figure.scenes).some(([name, node]) => name !== scene && node.contains(document.activeElement));
  for (const [name, node] of Object.entries(inst.figure.scenes)) node.hidden = name !== scene;
  inst.figure.draw(inst.theme, scene, focus);
  if (held) { const control = L.firstControl(inst.root); if (control) control.focus({ preventScroll: true }); }
  const named = new Set(focus);
  inst.root.querySelectorAll("[data-part]").forEach((node) => {
    const parts = (node.dataset.part || "").split(" ");
    node.classList.toggle("ppo-dim", named.size > 0 && parts[0] !== "" && !parts.some((part) => named.has(part)));
  });
};

L.readSection = (inst, at) => {
  if (at === inst.at || !inst.data.sections[at]) return;
  if (inst.taken !== at) inst.taken = undefined;
  inst.at = at;
  document.querySelectorAll("[class*='st-key-section_']").forEach((node) => {
    node.classList.toggle("ppo-reading", new RegExp(`st-key-section_${at}(?!\\d)`).test(node.className));
  });
  inst.redraw();
};

// The reading line wanders from the top to the bottom of the window as the page is scrolled, so that every section,
// the first and the last included, has its turn.
L.spy = (inst) => {
  const sections = [...document.querySelectorAll("[class*='st-key-section_']")];
  if (!sections.length || inst.gone) return;
  let box = sections[0];
  while (box && !(box.scrollHeight > box.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
  const most = box ? box.scrollHeight - box.clientHeight : 0, share = most > 0 ? box.scrollTop / most : 0;
  const line = window.innerHeight * (0.16 + 0.72 * share);
  const tops = sections.map((node) => node.getBoundingClientRect().top);
  const last = tops.filter((top) => top <= line).length - 1;
  if (share !== inst.share || inst.at < 0) { inst.share = share; const hand = L.sectionInHand(); L.readSection(inst, hand >= 0 ? hand : Math.max(0, last)); }
  const now = sections[inst.at];
  if (now && !now.classList.contains("ppo-reading")) { const at = inst.at; inst.at = -1; L.readSection(inst, at); }
};

// Python coloured each symbol with a number; here the number becomes the symbol's own colour and its explanation.
L.nameSymbols = () => {
  const buttons = new Map([...document.querySelectorAll(".ppo-symbol")].map((b) => [b.dataset.symbol, b]));
  const tell = (id, on) => {
    const button = buttons.get(id), said = button && button.parentElement.nextElementSibling;
    if (!said) return;
    document.querySelectorAll(`[data-symbol="${id}"]`).forEach((node) => node.classList.toggle("on", on));
    said.textContent = on ? button.textContent + ": " + button.dataset.meaning : said.dataset.words;
    said.classList.toggle("on", on);
  };
  const listen = (node, id) => {
    node.dataset.symbol = id;
    node.addEventListener("mouseenter", () => tell(id, true));
    node.addEventListener("mouseleave", () => tell(id, false));
  };
  for (const [id, button] of buttons) {
    if (button.known) continue;
    button.known = true;
    if (button.dataset.colour) button.style.setProperty("--of", `var(--ppo-${button.dataset.colour})`);
    listen(button, id);
    button.addEventListener("focus", () => tell(id, true));
    button.addEventListener("blur", () => tell(id, false));
  }
  document.querySelectorAll(".st-key-lesson_text .katex-html [style*='color']").forEach((node) => {
    const found = /^rgb\(16, 173, (\d+)\)$/.exec(node.style.color);
    const button = found && buttons.get(found[1]);
    if (!button) return;
    node.classList.add("ppo-math");
    node.style.color = button.dataset.colour ? `var(--ppo-${button.dataset.colour})` : "inherit";
    listen(node, found[1]);
  });
  // An equation wider than its column scrolls, by keyboard too.
  document.querySelectorAll(".st-key-lesson_text .katex-display").forEach((node) => {
    if (node.scrollWidth > node.clientWidth) node.tabIndex = 0; else node.removeAttribute("tabindex");
  });
};
