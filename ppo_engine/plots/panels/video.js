// Shows the newest rollout video without a flash: the next one loads behind and is swapped in when it can play.
L.videoInto = (panel) => {
  const stage = L.el("div", "ppo-stage"), bar = L.el("div", "ppo-film");
  panel.back = L.el("video"); panel.front = L.el("video");
  for (const v of [panel.back, panel.front]) {
    v.muted = true; v.loop = true; v.playsInline = true; v.autoplay = !L.still(); v.controls = L.still(); v.preload = "auto";
    v.setAttribute("muted", ""); v.setAttribute("aria-label", "Rollout of the current policy");
    stage.append(v);
  }
  panel.empty = L.el("p", "ppo-empty", "No rollout is filmed yet: training goes first.");
  panel.prev = L.el("button", "", "◀"); panel.prev.setAttribute("aria-label", "Earlier rollout");
  panel.next = L.el("button", "", "▶"); panel.next.setAttribute("aria-label", "Later rollout");
  panel.caption = L.el("span", "", "");
  stage.append(panel.empty);
  bar.append(panel.prev, panel.caption, panel.next);
  panel.body.append(stage, bar);
};

// A run that has no video yet shows none, not the last one of the run that was looked at before.
L.noVideo = (panel) => {
  panel.url = panel.caption.textContent = "";
  panel.empty.hidden = false; panel.prev.disabled = panel.next.disabled = true;
  for (const v of [panel.back, panel.front]) { v.oncanplay = null; v.classList.remove("on"); v.pause(); }
};

// Where nothing is shown yet, the film that loads is not given up for a newer one: on a slow machine none would ever come.
L.FIRST_FILM = 6000;
L.firstOnItsWay = (place, loading) => Boolean(loading) && performance.now() - place.since < L.FIRST_FILM;

L.showVideo = (panel, film, pick) => {
  if (!film || !film.url) { L.noVideo(panel); return; }
  const at = film.list.indexOf(film.update);
  panel.prev.disabled = at <= 0; panel.next.disabled = at < 0 || at >= film.list.length - 1;
  panel.prev.onclick = () => pick(film.list[at - 1]);
  // Stepping onto the last one means: follow the newest again.
  panel.next.onclick = () => pick(at + 1 >= film.list.length - 1 ? -1 : film.list[at + 1]);
  if (panel.url !== film.url && L.firstOnItsWay(panel, panel.url && !panel.empty.hidden)) return;
  panel.caption.textContent = `update ${film.update}` + (film.ret === null ? "" : ` · return ${L.fix(film.ret, 0)}`);
  if (panel.url === film.url) return;
  panel.url = film.url; panel.since = performance.now();
  const next = panel.back;
  next.oncanplay = () => {
    next.oncanplay = null;
    if (panel.url !== film.url) return;
    panel.empty.hidden = true;
    next.classList.add("on"); panel.front.classList.remove("on");
    panel.back = panel.front; panel.front = next;
    setTimeout(() => panel.back.pause(), 250);
    if (!L.still()) next.play().catch(() => {});
  };
  next.src = film.url; next.load();
};
