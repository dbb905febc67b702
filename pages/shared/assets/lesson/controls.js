// Sliders, buttons and number tiles of a lesson's figure; none of them asks the server.
// options: label, min, max, step, value, say(v) -> words, move(v), hint
L.lessonSlider = (host, options) => {
  const label = L.el("label", "ppo-slider"), name = L.el("span", "", options.label), out = L.el("output");
  const input = L.el("input");
  Object.assign(input, { type: "range", min: options.min, max: options.max, step: options.step });
  const show = (v) => { out.textContent = options.say(v); input.setAttribute("aria-valuetext", options.say(v)); };
  input.setAttribute("aria-label", options.label);
  input.oninput = () => { show(Number(input.value)); options.move(Number(input.value)); };
  if (options.hint) label.title = options.hint;
  label.append(name, input, out);
  host.append(label);
  return { node: label, set: (v) => { input.value = v; show(v); } };
};

// A row of buttons of which at most one is pressed; choices: [id, words, title]
L.choices = (host, label, choices, choose) => {
  const row = L.el("div", "ppo-choices");
  row.setAttribute("role", "group"); row.setAttribute("aria-label", label);
  const nodes = choices.map(([id, words, title]) => {
    const b = L.el("button", "", words);
    b.type = "button"; b.title = title || ""; b.dataset.id = id;
    b.onclick = () => choose(id);
    row.append(b);
    return b;
  });
  host.append(row);
  return { node: row, set: (id) => nodes.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.id === id))) };
};

// Number tiles: [id, label, help]; set(id, value, small words, warn)
L.tilesOf = (host, tiles) => {
  const row = L.el("div", "ppo-numbers"), nodes = {};
  for (const [id, label, help] of tiles) {
    const tile = L.el("div", "ppo-number"), name = L.el("span", "", label), value = L.el("b", "", "–"), more = L.el("small");
    tile.title = help || ""; tile.dataset.part = id;
    tile.append(name, value, more);
    row.append(tile);
    nodes[id] = { tile, value, more };
  }
  host.append(row);
  return (id, value, words = "", warn = false) => {
    const n = nodes[id];
    if (n.value.textContent !== value) n.value.textContent = value;
    if (n.more.textContent !== words) n.more.textContent = words;
    n.tile.classList.toggle("warn", warn);
  };
};

// Calls draw at most once a frame, however often it is asked.
L.onceAFrame = (draw) => {
  let asked = 0;
  return () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };
};
