// Shows the compared policies: side by side and in step from one start, as ghosts in one picture, or as a time lapse.
L.FILM_MODES = [["side", "Side by side"], ["ghost", "Ghosts"], ["lapse", "Time lapse"]];

L.cmpVideo = (label) => {
  const v = L.el("video");
  v.muted = true; v.controls = L.still(); v.playsInline = true; v.preload = "auto"; v.setAttribute("muted", ""); v.setAttribute("aria-label", label);
  return v;
};

L.cmpFilmsInto = (inst, send) => {
  const panel = inst.ui.panels.films, count = inst.ui.count;
  panel.tabs = L.el("div", "cmp-tabs"); panel.tabs.setAttribute("role", "group"); panel.tabs.setAttribute("aria-label", "How the rollouts are shown");
  for (const [mode, words] of L.FILM_MODES) {
    const b = L.el("button", "", words);
    b.type = "button"; b.dataset.mode = mode; b.onclick = () => send({ mode, of: 0, back: 0 });
    panel.tabs.append(b);
  }
  panel.head.insertBefore(panel.tabs, panel.sub);
  panel.stage = L.el("div", "cmp-stage"); panel.stage.dataset.count = count;
  panel.cells = [];
  for (let i = 0; i <= count; i++) {
    const cell = { node: L.el("div", "cmp-cell"), screen: L.el("div", "ppo-stage"), caption: L.el("p", "cmp-caption"), empty: L.el("p", "ppo-empty", ""), url: "" };
    const what = i < count ? `Rollout of ${L.LETTERS[i]}` : "Film of several policies";
    cell.front = L.cmpVideo(what); cell.back = L.cmpVideo(what);
    cell.screen.append(cell.front, cell.back, cell.empty); cell.node.append(cell.screen, cell.caption);
    cell.node.classList.toggle("one", i === count);
    panel.stage.append(cell.node); panel.cells.push(cell);
  }
  panel.bar = L.el("div", "ppo-film"); panel.note = L.el("span", "", "");
  panel.prev = L.el("button", "", "◀"); panel.prev.setAttribute("aria-label", "Earlier rollouts");
  panel.next = L.el("button", "", "▶"); panel.next.setAttribute("aria-label", "Later rollouts");
  panel.picks = L.el("span", "cmp-picks");
  panel.bar.append(panel.prev, panel.picks, panel.note, panel.next);
  panel.body.append(panel.stage, panel.bar);
  inst.clock = setInterval(() => L.cmpClock(inst), 120);
};

// A cell's next film loads behind; the clock swaps it in when a new round begins, so that all stay in step.
L.cmpLoad = (cell, url, words) => {
  if (cell.url === url || (url && L.firstOnItsWay(cell, cell.url && !cell.showing))) return;
  cell.url = url; cell.ready = false; cell.since = performance.now();
  if (!url) { for (const v of [cell.front, cell.back]) { v.pause(); v.classList.remove("on"); } cell.showing = ""; return; }
  cell.words = words;
  cell.back.oncanplay = () => { cell.back.oncanplay = null; cell.ready = cell.url === url; };
  cell.back.src = url; cell.back.load();
};

L.cmpSwap = (cell) => {
  if (!cell.ready) return;
  cell.ready = false; cell.showing = cell.url; cell.caption.textContent = cell.words;
  cell.back.classList.add("on"); cell.front.classList.remove("on"); cell.front.pause();
  [cell.front, cell.back] = [cell.back, cell.front];
};

// One clock for all: a round ends when the longest film has, and nobody runs ahead of the slowest by more than a blink.
L.cmpClock = (inst) => {
  if (inst.held) return;
  const panel = inst.ui.panels.films, cells = panel.cells.filter((c) => !c.node.hidden && c.url), now = performance.now();
  const shown = cells.filter((c) => c.showing), playing = shown.filter((c) => !c.front.ended && !c.front.paused);
  const begin = () => {
    panel.over = 0;
    cells.forEach(L.cmpSwap);
    cells.filter((c) => c.showing).forEach((c) => { c.front.currentTime = 0; c.front.playbackRate = 1; if (!L.still()) c.front.play().catch(() => {}); });
  };
  // At first all are awaited for a moment, so that they begin together.
  if (cells.some((c) => !c.showing && c.ready)) {
    panel.first ||= now;
    if (now - panel.first > 2500 || cells.every((c) => c.showing || c.ready)) { panel.first = 0; begin(); }
    return;
  }
  if (!shown.length) return;
  if (!playing.length) {
    if (L.still()) { if (cells.some((c) => c.ready)) begin(); return; }
    panel.over ||= now;
    if (now - panel.over > 900) begin();
    return;
  }
  const slowest = Math.min(...playing.map((c) => c.front.currentTime));
  for (const c of playing) c.front.playbackRate = c.front.currentTime - slowest > 0.08 ? 0.85 : 1;
};

L.cmpFilms = (inst, d) => {
  const f = d.films, panel = inst.ui.panels.films, count = inst.ui.count, send = (view) => inst.send("view", view);
  if (!f) return;
  for (const b of panel.tabs.children) b.setAttribute("aria-pressed", b.dataset.mode === f.mode);
  panel.cells.forEach((cell, i) => { cell.node.hidden = (f.mode === "side") === (i === count); });
  panel.stage.dataset.mode = f.mode;
  const pick = f.mode === "side" ? [] : f.picks;
  if (panel.picked !== JSON.stringify([pick, f.of])) {
    panel.picked = JSON.stringify([pick, f.of]);
    panel.picks.replaceChildren(...pick.map((words, of) => {
      const b = L.el("button", "", words);
      b.type = "button"; b.setAttribute("aria-pressed", of === f.of); b.onclick = () => send({ mode: f.mode, of, back: 0 });
      return b;
    }));
  }
  panel.prev.hidden = panel.next.hidden = f.mode !== "side";
  panel.prev.disabled = f.back >= f.most; panel.next.disabled = f.back <= 0;
  panel.prev.onclick = () => send({ mode: "side", of: 0, back: f.back + 1 });
  panel.next.onclick = () => send({ mode: "side", of: 0, back: Math.max(0, f.back - 1) });
  panel.note.textContent = f.note;
  if (f.mode === "side") {
    f.side.forEach((film, i) => {
      const cell = panel.cells[i];
      cell.empty.textContent = film ? "" : "No rollout is filmed yet: training goes first.";
      cell.empty.hidden = Boolean(film);
      L.cmpLoad(cell, film ? film.url : "", film ? `${L.LETTERS[i]}  ${film.caption}` : "");
      if (!film) cell.caption.textContent = L.LETTERS[i];
    });
  } else {
    const cell = panel.cells[count];
    cell.empty.textContent = f.say; cell.empty.hidden = f.state === "ready";
    L.cmpLoad(cell, f.state === "ready" ? f.url : "", f.caption);
    if (f.state !== "ready") cell.caption.textContent = "";
  }
};
