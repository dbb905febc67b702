// Handles on a chart: dragged by a finger, moved by the arrow keys, read out as sliders.
// options: at() -> [x, y] where it stands (null: hidden), move(x, y), label, says() -> words, bounds {lo, hi, now()},
// step (of one arrow key), axis "x", "y" or "xy", shape "dot" or "bar", flip: its words on the left
L.handle = (chart, options) => {
  const h = L.el("div", "ppo-handle " + (options.shape || "dot") + " " + (options.axis || "x"));
  h.tabIndex = 0;
  h.setAttribute("role", "slider"); h.setAttribute("aria-label", options.label);
  h.dataset.part = options.part || "";
  const tag = L.el("span", "ppo-tag");
  h.append(tag);
  if (options.colour) h.style.setProperty("--of", options.colour);
  const point = (ev) => {
    const [px, py] = L.within(chart.body, ev);
    return [chart.ix(px - h.grip[0]), chart.iy(py - h.grip[1])];
  };
  h.onpointerdown = (ev) => {
    ev.preventDefault(); h.setPointerCapture(ev.pointerId); h.focus({ preventScroll: true }); h.classList.add("held");
    const at = options.at(), [px, py] = L.within(chart.body, ev);
    h.grip = [px - chart.sx(at[0]), py - chart.sy(at[1])];
  };
  h.onpointermove = (ev) => { if (h.hasPointerCapture(ev.pointerId) && h.classList.contains("held")) options.move(...point(ev)); };
  h.onpointerup = h.onpointercancel = () => { if (h.classList.contains("held")) { h.classList.remove("held"); if (options.done) options.done(); } };
  h.onkeydown = (ev) => {
    const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[ev.key];
    if (!by) return;
    ev.preventDefault(); ev.stopPropagation();
    const step = options.step * (ev.shiftKey ? 10 : 1), [x, y] = options.at(), axis = options.axis || "x";
    const along = axis === "xy" ? by : axis === "x" ? [by[0] + by[1], 0] : [0, by[0] + by[1]];
    options.move(x + step * along[0], y + step * along[1]);
    clearTimeout(h.timer); h.timer = setTimeout(() => options.done && options.done(), 300);
  };
  h.place = () => {
    const at = options.at();
    h.hidden = !at;
    if (!at) return;
    const x = chart.sx(at[0]), y = chart.sy(at[1]);
    h.style.transform = `translate(${x}px, ${y}px)`;
    tag.textContent = options.tag ? options.tag() : "";
    if (options.bounds) for (const [name, value] of [["min", options.bounds.lo], ["max", options.bounds.hi], ["now", options.bounds.now()]]) h.setAttribute("aria-value" + name, value);
    h.setAttribute("aria-valuetext", options.says());
    h.classList.toggle("flip", options.flip || x > 0.72 * chart.w);
  };
  // Before the buttons that save: who comes by keyboard comes to move something.
  chart.body.insertBefore(h, [...chart.body.children].find((node) => node.matches(".ppo-save")) || null);
  chart.handles.push(h);
  return h;
};

// Where the pointer is in an element, in the element's own pixels: a stage may have enlarged it.
L.within = (node, ev) => {
  const box = node.getBoundingClientRect(), scale = box.width / node.offsetWidth || 1;
  return [(ev.clientX - box.left) / scale, (ev.clientY - box.top) / scale];
};

L.clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
L.snap = (v, step) => Number((Math.round(v / step) * step).toPrecision(12));
