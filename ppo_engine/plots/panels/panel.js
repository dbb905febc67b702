// One panel of charts, the same in the Lab and in the lessons: a heading, a newest number, and room for a plot.
L.panelOf = (id, title, sub, plotted) => {
  const p = L.el("section", "ppo-panel ppo-" + id), head = L.el("header");
  const h = L.el("h3", "", title), s = L.el("small", "", sub), now = L.el("b", "ppo-now");
  head.append(h, s, now);
  const body = L.el("div", "ppo-body");
  p.setAttribute("aria-label", title);
  p.append(head, body);
  const panel = { node: p, title: h, sub: s, now, body };
  if (plotted) {
    panel.plot = L.el("div", "ppo-plot");
    panel.plot.dataset.chart = id; panel.plot.setAttribute("role", "img");
    body.append(panel.plot);
  }
  return panel;
};
