// What the keys do on the stage; clickers send PageUp and PageDown, some of them a full stop for black.
L.STAGE_KEYS = {
  ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous", Home: "first", End: "last",
  ArrowDown: "down", ArrowUp: "up", " ": "play", f: "full", b: "black", ".": "black", l: "live", s: "speaker", e: "arrange", t: "theme", Escape: "leave",
};

L.stageKey = (show, ev) => {
  if (show.arranging || ev.ctrlKey || ev.metaKey || ev.altKey || !show.root.isConnected) return;
  const key = ev.key.length === 1 ? ev.key.toLowerCase() : ev.key, does = L.STAGE_KEYS[key], digit = /^[0-9]$/.test(key);
  const on = ev.target && ev.target.closest ? ev.target.closest("input:not([type=range]), textarea, select, [contenteditable=true], [role=slider], input[type=range], button, a") : null;
  // What has the focus keeps its own keys: arrows on a slider, Space on a button, everything in a field.
  if (on && on.matches("input:not([type=range]), textarea, select, [contenteditable=true]")) return;
  if (on && on.matches("[role=slider], input[type=range]") && key.startsWith("Arrow")) return;
  if (on && on.matches("button, a") && (key === " " || key === "Enter")) return;
  if (!does && !digit) return;
  ev.preventDefault(); ev.stopImmediatePropagation();
  if (ev.repeat && !["up", "down"].includes(does)) return;
  if (digit) L.stageDigit(show, Number(key)); else show.does[does](ev.shiftKey);
};

// A digit jumps at once; a second one soon after makes a number of two digits where there is such a scene.
L.stageDigit = (show, digit) => {
  const now = performance.now(), two = now - (show.digitAt || -1e9) < 700 ? 10 * show.digit + digit : 0;
  show.digitAt = now; show.digit = digit;
  if (two && two <= show.scenes.length) show.go(two - 1); else if (digit && digit <= show.scenes.length) show.go(digit - 1);
};
