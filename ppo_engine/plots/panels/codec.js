// Turns what the server sends into numbers and numbers into words.
const L = (window.PPOLive = window.PPOLive || {});

// base64 of little-endian float32 -> plain array (Plotly refuses to mix typed and plain arrays)
L.floats = (text) => {
  if (!text) return [];
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return Array.from(new Float32Array(bytes.buffer), (v) => (Number.isFinite(v) ? v : null));
};

L.compact = (n) => {
  if (n === null || n === undefined || !Number.isFinite(n)) return "–";
  const a = Math.abs(n);
  if (a >= 1e6) return (n / 1e6).toFixed(a >= 1e7 ? 1 : 2) + " M";
  if (a >= 1e4) return Math.round(n / 1e3) + " k";
  if (a >= 1e3) return (n / 1e3).toFixed(1) + " k";
  return String(Math.round(n));
};

L.duration = (s) => {
  if (s === null || s === undefined || !Number.isFinite(s)) return "";
  if (s < 90) return Math.max(1, Math.round(s)) + " s left";
  if (s < 5400) return Math.round(s / 60) + " min left";
  return (s / 3600).toFixed(1) + " h left";
};

L.percent = (v) => (v === null || v === undefined || !Number.isFinite(v) ? "–"
  : (100 * v).toFixed(100 * v < 10 ? 1 : 0) + " %");

// Fixed decimals with a true minus sign, and no minus before zero.
L.fix = (v, digits) => {
  const text = Math.abs(v).toFixed(digits);
  return (v < 0 && Number(text) !== 0 ? "−" : "") + text;
};

L.el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  return node;
};

L.still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
