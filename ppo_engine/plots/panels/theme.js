// Reads the page's theme and holds the pinned colours and the shared chart layout.
L.theme = (root) => {
  const css = getComputedStyle(root);
  const v = (name, other) => (css.getPropertyValue(name) || "").trim() || other;
  return L.themeOf(v("--st-background-color", "#fff"), v("--st-text-color", "#222"), v("--st-font", "sans-serif"));
};

L.themeOf = (bg, text, font) => {
  const rgb = L.rgb(bg), dark = 0.3 * rgb[0] + 0.6 * rgb[1] + 0.1 * rgb[2] < 110;
  const mix = (share) => {
    const a = L.rgb(text);
    return `rgb(${a.map((c, i) => Math.round(share * c + (1 - share) * rgb[i])).join(",")})`;
  };
  return {
    dark, bg, text, muted: mix(0.62), faint: mix(0.4), grid: mix(dark ? 0.11 : 0.09), axis: mix(0.25),
    danger: dark ? "#FF5A52" : "#C1272D", font,
    vanilla: dark ? "#E69F00" : "#8C510A",
  };
};

L.rgb = (colour) => {
  const m = colour.match(/^#(..)(..)(..)/);
  if (m) return m.slice(1).map((h) => parseInt(h, 16));
  const n = (colour.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
  return n.slice(0, 3);
};

L.fade = (colour, alpha) => `rgba(${L.rgb(colour).join(",")},${alpha})`;

// Colour and dash of each objective: the same everywhere, and never colour alone.
L.identity = (name, t) => ({
  ppo_clip: ["#0072B2", "solid"], surrogate: ["#D55E00", "dash"], ppo_kl: ["#CC79A7", "dot"],
  ppo_kl_adaptive: ["#009E73", "dashdot"], trpo: [t.text, "longdash"],
  policy_gradient: [t.vanilla, "dash"], reinforce: [t.vanilla, "dash"],
}[name] || ["#0072B2", "solid"]);

L.config = { displayModeBar: false, responsive: true, doubleClick: false, showTips: false };

L.layout = (t, revision, extra = {}) => {
  const axis = {
    gridcolor: t.grid, zeroline: false, linecolor: t.axis, tickcolor: t.axis, ticks: "outside", ticklen: 3,
    tickfont: { color: t.muted, size: 11 }, automargin: false, fixedrange: false,
  };
  return {
    margin: { l: 46, r: 10, t: 6, b: 26 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: t.font, size: 11, color: t.text }, showlegend: false, uirevision: revision,
    hovermode: "x unified", dragmode: "zoom", autosize: true, separators: ". ",
    hoverlabel: { bgcolor: t.dark ? "#1F252E" : "#FFFFFF", bordercolor: t.axis,
      font: { color: t.text, size: 12, family: t.font } },
    ...extra,
    xaxis: { ...axis, showgrid: false, exponentformat: "SI", nticks: 6, ...(extra.xaxis || {}) },
    yaxis: { ...axis, nticks: 5, exponentformat: "SI", ...(extra.yaxis || {}) },
  };
};
