// The strip under the ratio histogram: the weight of a whole trajectory and of one step, on one axis of powers of ten.
L.trajectoriesInto = (panel) => {
  const strip = L.el("div", "ppo-products"), weights = L.el("div", "ppo-weights");
  panel.products = { strip, text: L.el("p"), ends: [], rows: {} };
  strip.tabIndex = 0; strip.setAttribute("role", "img");
  for (const [id, label] of [["step", "one step"], ["product", "whole trajectory"]]) {
    const bar = L.el("div", "ppo-whisker"), parts = ["range", "box", "mid"].map((part) => L.el("i", part));
    bar.append(...parts);
    const ends = [L.el("span", "from"), L.el("span", "to")];
    weights.append(L.el("span", "", label), ends[0], bar, ends[1]);
    panel.products.ends.push(ends);
    panel.products.rows[id] = parts;
  }
  strip.append(panel.products.text, weights);
  panel.node.append(strip);
  L.showTrajectories(panel, null);
};

L.showTrajectories = (panel, found) => {
  const p = panel.products, none = "Trajectory products: none were kept.";
  p.text.textContent = found ? found.text : "∏ r of whole trajectories: –";
  p.strip.title = found ? found.says : none;
  p.strip.setAttribute("aria-label", found ? found.says : none);
  const most = found ? Math.max(...found.product.concat(found.step || []).map(Math.abs)) : 1;
  // The axis grows in round steps, so that it does not tremble from one update to the next.
  const reach = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300].find((v) => v >= most) || 300;
  for (const [from, to] of p.ends) { from.textContent = L.tenTo(-reach); to.textContent = L.tenTo(reach); }
  const at = (v) => 50 * (1 + v / reach);
  for (const [id, [range, box, mid]] of Object.entries(p.rows)) {
    const q = found ? found[id] : null;
    for (const part of [range, box, mid]) part.hidden = !q;
    if (!q) continue;
    for (const [part, a, b] of [[range, 0, 4], [box, 1, 3]]) { part.style.left = at(q[a]) + "%"; part.style.width = at(q[b]) - at(q[a]) + "%"; }
    mid.style.left = at(q[2]) + "%";
  }
};

L.tenTo = (n) => "10" + String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
