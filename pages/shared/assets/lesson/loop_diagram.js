// The diagram of the loop: boxes that light up, open the engine's source and lead to their lessons.
L.loopDiagram = (host, open) => {
  const node = L.el("div", "ppo-loop"), back = L.el("p", "ppo-loop-back");
  let boxes = [], shown = null;
  node.setAttribute("role", "group"); node.setAttribute("aria-label", "The loop; press a box to read its source");
  host.append(node);
  const box = (into, spec) => {
    const b = L.el("button", "ppo-box"), name = L.el("b", "", spec.title), now = L.el("small", "", spec.words);
    b.type = "button"; b.dataset.part = spec.id; b.dataset.box = spec.id; b.append(name, now);
    b.onclick = () => open(spec);
    into.append(b);
    boxes.push({ spec, node: b, now });
  };
  const build = (method) => {
    shown = method; boxes = []; node.textContent = "";
    for (const group of method.groups) {
      const into = node.appendChild(L.el("div", "ppo-loop-group" + (group.title ? " named" : "")));
      if (group.title) { const head = into.appendChild(L.el("span", "ppo-loop-title", group.title)); head.dataset.group = "title"; head.dataset.part = "epochs"; }
      into.style.flexGrow = group.boxes.length;
      const row = into.appendChild(L.el("div", "ppo-loop-row"));
      group.boxes.forEach((spec) => box(row, spec));
    }
    back.textContent = method.back; back.dataset.part = "back"; node.append(back);
  };
  // lit: ids of the boxes at work; words: id -> what is said in it; title: of the group of epochs
  return (method, lit, words, title, chosen) => {
    if (shown !== method) build(method);
    for (const { spec, node: b, now } of boxes) {
      const on = lit.includes(spec.id), text = words[spec.id] || spec.words;
      if (b.lit !== on) { b.lit = on; b.classList.toggle("now", on); on ? b.setAttribute("aria-current", "step") : b.removeAttribute("aria-current"); }
      if (now.textContent !== text) now.textContent = text;
      b.setAttribute("aria-pressed", String(chosen === spec.id));
    }
    back.classList.toggle("now", lit.includes("back"));
    const head = node.querySelector("[data-group=title]");
    if (head && title && head.textContent !== title) head.textContent = title;
  };
};

// The engine's own lines of a box, those at work marked, with the way to its lesson.
L.loopSource = (host, close, go) => {
  const node = L.el("section", "ppo-source"), head = L.el("header"), name = L.el("h4"), where = L.el("small"), link = L.el("a"), shut = L.el("button", "", "Back to the numbers"), code = L.el("pre");
  node.dataset.part = "source"; code.tabIndex = 0;
  shut.type = "button"; shut.onclick = close;
  head.append(name, where, link, shut); node.append(head, code); host.append(node);
  let shown = null, lines = [];
  link.onclick = (ev) => { if (ev.ctrlKey || ev.metaKey || ev.shiftKey) return; ev.preventDefault(); go(link.dataset.slug); };
  return {
    node,
    show(spec, phases) {
      if (shown !== spec) {
        shown = spec; name.textContent = spec.title; where.textContent = spec.code.where;
        code.setAttribute("aria-label", `${spec.title}: the source in ${spec.code.where}`);
        link.hidden = !spec.lesson; if (spec.lesson) { link.textContent = `Lesson: ${spec.lesson.title}`; link.href = spec.lesson.slug; link.dataset.slug = spec.lesson.slug; }
        code.textContent = "";
        lines = spec.code.text.split("\n").map((words) => code.appendChild(L.el("span", "", words + "\n")));
        code.scrollTop = 0;
      }
      const lit = new Set(phases.flatMap((phase) => spec.code.lit[phase] || []));
      lines.forEach((line, at) => { if (line.lit !== lit.has(at)) { line.lit = lit.has(at); line.classList.toggle("now", line.lit); } });
    },
  };
};
