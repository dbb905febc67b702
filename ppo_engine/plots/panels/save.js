// Saves a chart as it stands, on light paper: PNG at twice its size, or SVG; two small buttons show when the panel is pointed at.
L.paper = (font) => ({ ...L.themeOf("#FFFFFF", "#1B1F24", font), panel: "#FFFFFF", blue: "#0072B2", orange: "#D55E00", green: "#009E73", purple: "#B0588A" });

// "LunarLander-v3-Clipped-seed-1_01K…_Return_update-132.png": what it is of, which run, which chart, which update.
L.fileName = (parts, format) => parts.filter(Boolean).map((part) => String(part).normalize("NFKD").replace(/[‖βε]/g, (c) => ({ "‖": "to", "β": "beta", "ε": "eps" }[c]))
  .replace(/[^A-Za-z0-9.+]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 70)).filter(Boolean).join("_") + "." + format;

L.download = (url, name) => {
  const a = L.el("a");
  a.href = url; a.download = name; a.hidden = true;
  document.body.append(a); a.click(); a.remove();
};

// what: said in the buttons' names; save(format): makes the file and hands it over.
L.saveButtons = (host, what, save) => {
  const box = L.el("div", "ppo-save");
  box.setAttribute("role", "group"); box.setAttribute("aria-label", `Save ${what}`);
  for (const format of ["png", "svg"]) {
    const b = L.el("button", "", format.toUpperCase());
    b.type = "button"; b.title = `Save ${what} as ${format.toUpperCase()}`; b.setAttribute("aria-label", b.title);
    b.onclick = () => { b.disabled = true; Promise.resolve(save(format)).catch((e) => console.error(e)).finally(() => { b.disabled = false; }); };
    box.append(b);
  }
  host.append(box);
  return box;
};

// traces, layout: a Plotly figure; heading and sub stand above it, where in the panel they stood in its header.
L.savePlot = async (plot, traces, layout, heading, sub, name, format) => {
  const grow = Math.max(1, 640 / (plot.clientWidth || 640)), top = 58, named = traces.filter((q) => q.name).length > 1;
  const below = named ? 24 : 0, margin = { l: 46, r: 12, t: 6, b: 30, ...layout.margin };
  const size = { width: Math.round(grow * plot.clientWidth), height: Math.round(grow * plot.clientHeight) + top + below };
  const plain = (text) => String(text).replace(/[<>&]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" }[sign]));
  const word = (text, down, points, color) => ({ text, x: 0, y: 1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "top", showarrow: false,
    xshift: 12 - margin.l, yshift: margin.t + top - down, font: { size: points, color }, align: "left" });
  const figure = {
    data: traces.map((q) => ({ ...q, showlegend: Boolean(q.name) })),
    layout: { ...layout, ...size, autosize: false, paper_bgcolor: "#FFFFFF", plot_bgcolor: "#FFFFFF", showlegend: named,
      legend: { orientation: "h", x: 0, xanchor: "left", xref: "paper", y: 0, yref: "container", yanchor: "bottom", font: { size: 11 }, bgcolor: "rgba(0,0,0,0)" },
      margin: { ...margin, t: margin.t + top, b: margin.b + below },
      annotations: [...(layout.annotations || []), word(`<b>${plain(heading)}</b>`, 10, 16, "#1B1F24"), word(plain(sub), 33, 12, "#5d6670")] },
    config: { staticPlot: true },
  };
  L.download(await window.Plotly.toImage(figure, { format, ...size, scale: format === "png" ? 2 : 1 }), L.fileName(name, format));
};

// What a live or replayed panel is of: the words above it, the run, and the newest update.
L.saveWords = (inst) => {
  if (inst.ui.title) return { of: inst.ui.title.textContent, run: inst.st.run.replace(/^replay:/, "recorded-"), update: inst.st.last };
  return { of: inst.runs.map((run) => run.name).join(" against "), update: Math.max(...inst.runs.map((run) => run.update)),
    run: inst.runs.map((run) => run.run.replace(/^recorded:.*[a-z].*/, "recorded").slice(-8)).join("-") };
};

L.saveable = (inst, id, panel) => {
  if (panel.saves) return;
  panel.saves = L.saveButtons(panel.body, panel.title.textContent, (format) => {
    const kept = inst.theme, t = (inst.theme = L.paper(kept.font)), [traces, extra] = (inst.figure || L.figure)(inst.st, t, id), words = L.saveWords(inst);
    inst.theme = kept;
    const layout = L.layout(t, "saved", extra), sub = [panel.sub.textContent, words.of, `update ${words.update}`].filter(Boolean).join(" · ");
    L.keepZoom(inst, id, panel, layout);
    return L.savePlot(panel.plot, traces, layout, panel.title.textContent, sub, [words.of, words.run, panel.title.textContent, `update ${words.update}`], format);
  });
};

// An SVG as a file of its own: every element carries the look that styles gave it.
L.LOOKS = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linecap", "opacity", "font-family", "font-size",
  "font-weight", "font-style", "text-anchor", "dominant-baseline", "paint-order", "stroke-linejoin", "visibility"];
L.svgText = (svg, heading, sub) => {
  const ns = "http://www.w3.org/2000/svg", copy = svg.cloneNode(true), from = [svg, ...svg.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((node, i) => {
    const css = getComputedStyle(node);
    if (css.display === "none") { to[i].setAttribute("display", "none"); return; }
    for (const look of L.LOOKS) { const value = css.getPropertyValue(look); if (value && value !== "auto") to[i].setAttribute(look, value); }
    for (const name of ["style", "class", "tabindex"]) to[i].removeAttribute(name);
  });
  const w = svg.clientWidth, h = svg.clientHeight, top = 54, all = document.createElementNS(ns, "svg"), put = (tag, attributes, text) => {
    const node = document.createElementNS(ns, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    all.append(node);
  };
  for (const [name, value] of Object.entries({ xmlns: ns, width: w, height: h + top, viewBox: `0 0 ${w} ${h + top}` })) all.setAttribute(name, value);
  const font = getComputedStyle(svg).fontFamily;
  put("rect", { width: w, height: h + top, fill: "#FFFFFF" });
  put("text", { x: 12, y: 24, "font-family": font, "font-size": 15, "font-weight": 600, fill: "#1B1F24" }, heading);
  put("text", { x: 12, y: 43, "font-family": font, "font-size": 12, fill: "#5d6670" }, sub);
  copy.setAttribute("y", top); copy.setAttribute("width", w); copy.setAttribute("height", h);
  all.append(copy);
  return new XMLSerializer().serializeToString(all);
};

L.saveSvg = async (svg, heading, sub, name, format) => {
  const url = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(L.svgText(svg, heading, sub));
  if (format === "svg") { L.download(url, L.fileName(name, format)); return; }
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width; canvas.height = 2 * image.height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  L.download(canvas.toDataURL("image/png"), L.fileName(name, format));
};
