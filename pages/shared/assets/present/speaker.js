// The speaker's page: what to say, what comes next, two timers; and on the stage what it tells and hears of that page.
L.CHANNEL = "ppo-present";

L.stageTalks = (show) => {
  show.wish = (wish) => L.stageWish(show, wish);
  show.tell = () => {};
  if (!window.BroadcastChannel) return;
  show.channel = new BroadcastChannel(L.CHANNEL);
  show.channel.onmessage = ({ data }) => { if (data && data.from === "speaker") { if (data.hello) L.stageSays(show); else L.stageHears(show, data); } };
};

L.stageStands = (show) => ({
  code: show.code, at: show.at, playing: show.playing, black: !show.ui.black.hidden, badge: show.ui.badge.textContent, scenes: show.scenes.map(({ title, show: words, say }) => ({ title, show: words, say })),
});

// Tells the speaker's pages where the talk stands: in this browser at once, on other devices through the server.
L.stageSays = (show) => {
  if (show.at < 0 || show.gone) return;
  const stands = L.stageStands(show);
  if (show.channel) show.channel.postMessage({ from: "stage", ...stands, began: show.began, sceneBegan: show.sceneBegan });
  clearTimeout(show.saying);
  show.saying = setTimeout(() => show.wish({ do: "at", ...stands }), 250);
};

L.stageHears = (show, { key, to }) => {
  if (Number.isInteger(to)) show.go(to);
  else if (key && ["next", "previous", "first", "last", "play", "black", "live"].includes(key)) show.does[key](false);
};

L.speakerMount = (component) => {
  let desk = L.desk;
  if (desk) clearTimeout(desk.leaving); else desk = L.desk = L.speakerBuild();
  desk.component = component;
  const d = component.data;
  desk.own = d.scenes;
  if (!desk.themed) { desk.themed = true; for (const [name, value] of Object.entries(d.themes.light)) desk.root.style.setProperty(name, value); }
  // The window in this browser is quicker; the server's word counts where there is none.
  if (performance.now() - desk.heard > 3000) {
    const stands = d.stands && JSON.stringify(d.stands);
    if (stands && stands !== desk.far) { desk.far = stands; L.speakerHears(desk, { ...d.stands, sceneBegan: !desk.now || desk.now.at !== d.stands.at ? Date.now() : desk.now.sceneBegan }); }
  }
  L.speakerDraw(desk);
  return () => { desk.leaving = setTimeout(() => { desk.root.remove(); clearInterval(desk.clock); desk.channel && desk.channel.close(); window.removeEventListener("keydown", desk.key, true);
    document.documentElement.classList.remove("ppo-presenting"); L.desk = null; }, 500); };
};

L.speakerBuild = () => {
  const root = L.el("div", "ppo-present ppo-speaker"), ui = {}, add = (host, cls, tag = "div", words = "") => { const node = L.el(tag, cls, words); host.append(node); return node; };
  root.setAttribute("role", "region"); root.setAttribute("aria-label", "Speaker’s page");
  const desk = { root, ui, heard: -1e9, began: Date.now(), now: null, own: [] };
  const top = add(root, "desk-top"), main = add(root, "desk-main"), foot = add(root, "desk-foot");
  ui.count = add(top, "desk-count", "span"); ui.title = add(top, "desk-title", "h1"); ui.badge = add(top, "show-badge", "span");
  const said = add(main, "desk-say"), side = add(main, "desk-side");
  // Long words scroll, by keyboard too.
  said.tabIndex = 0; said.setAttribute("role", "region"); said.setAttribute("aria-label", "What to say");
  ui.say = add(said, "", "p"); ui.say.setAttribute("aria-live", "polite");
  ui.show = add(said, "desk-show", "p");
  add(side, "desk-label", "span", "Talk"); ui.total = add(side, "desk-time", "b");
  add(side, "desk-label", "span", "This scene"); ui.scene = add(side, "desk-time", "b");
  ui.reset = add(side, "", "button", "Start the time anew"); ui.reset.onclick = () => { desk.anew = true; desk.began = Date.now(); L.speakerDraw(desk); ui.reset.blur(); };
  add(side, "desk-label", "span", "Next"); ui.next = add(side, "desk-next", "b"); ui.nextSay = add(side, "desk-next-say", "p");
  for (const [key, words, title] of [["previous", "◀", "Previous scene"], ["play", "Play / pause", "Play or pause"], ["next", "▶", "Next scene"], ["live", "Live", "Live training"], ["black", "Black", "Black screen"]]) {
    const b = add(foot, "", "button", words); b.type = "button"; b.setAttribute("aria-label", title); b.onclick = () => { L.speakerSends(desk, { key }); b.blur(); };
  }
  ui.follows = add(foot, "desk-follows", "span"); ui.follows.setAttribute("role", "status");
  document.body.append(root); document.documentElement.classList.add("ppo-presenting"); document.documentElement.dataset.ppoDark = "false";
  if (window.BroadcastChannel) {
    desk.channel = new BroadcastChannel(L.CHANNEL);
    desk.channel.onmessage = ({ data }) => { if (data && data.from === "stage") { desk.heard = performance.now(); L.speakerHears(desk, data); } };
    desk.channel.postMessage({ from: "speaker", hello: true });
  }
  desk.key = (ev) => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey || (ev.target.closest && ev.target.closest("button") && [" ", "Enter"].includes(ev.key))) return;
    const key = ev.key.length === 1 ? ev.key.toLowerCase() : ev.key, digit = /^[1-9]$/.test(key) ? Number(key) : 0, does = { ...L.STAGE_KEYS, ArrowDown: "next", ArrowUp: "previous" }[key];
    if (does === "full") { if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen().catch(() => {}); }
    else if (digit) L.speakerSends(desk, { to: digit - 1 });
    else if (["next", "previous", "first", "last", "play", "black", "live"].includes(does)) L.speakerSends(desk, { key: does });
    else return;
    ev.preventDefault(); ev.stopImmediatePropagation();
  };
  window.addEventListener("keydown", desk.key, true);
  desk.clock = setInterval(() => { if (desk.channel && performance.now() - desk.heard > 2500) desk.channel.postMessage({ from: "speaker", hello: true }); L.speakerDraw(desk); }, 500);
  return desk;
};

// To the window in this browser; only where there is none, through the server.
L.speakerSends = (desk, what) => {
  if (performance.now() - desk.heard < 6000 && desk.channel) desk.channel.postMessage({ from: "speaker", ...what });
  else desk.component.setTriggerValue("key", { n: Date.now(), ...what });
};

L.speakerHears = (desk, stands) => { if (stands.began && !desk.anew) desk.began = stands.began; desk.now = stands; desk.ever = performance.now(); L.speakerDraw(desk); };

L.speakerDraw = (desk) => {
  const { ui, now } = desk, scenes = now ? now.scenes : desk.own, at = now ? now.at : 0, scene = scenes[at], next = scenes[at + 1];
  if (!scene) return;
  const put = (node, words) => { if (node.textContent !== words) node.textContent = words; };
  const clock = (since) => { const s = Math.max(0, Math.floor((Date.now() - since) / 1000)); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
  put(ui.count, `${at + 1} / ${scenes.length}`); put(ui.title, scene.title); put(ui.say, scene.say || scene.show || "Nothing noted for this scene."); put(ui.show, scene.say ? `On the screen: ${scene.show}` : "");
  put(ui.badge, now ? (now.black ? "BLACK" : now.badge) : "–"); ui.badge.dataset.state = ui.badge.textContent.toLowerCase();
  put(ui.total, clock(desk.began)); put(ui.scene, now ? clock(now.sceneBegan) : "0:00");
  put(ui.next, next ? next.title : "The end"); put(ui.nextSay, next ? next.say || next.show : "");
  put(ui.follows, now ? "Follows the presenting window; the keys here drive it." : "No presenting window yet: open Present in another window.");
};
