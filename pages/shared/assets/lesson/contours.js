// Level curves of a function of two variables by marching squares: computed once, in the function's own coordinates.
L.contours = (value, [x0, x1], [y0, y1], levels, n = 168) => {
  const m = Math.round(n * 0.75), grid = [];
  for (let j = 0; j <= m; j++) grid.push(Array.from({ length: n + 1 }, (_, i) => value([x0 + ((x1 - x0) * i) / n, y0 + ((y1 - y0) * j) / m])));
  const X = (i) => x0 + ((x1 - x0) * i) / n, Y = (j) => y0 + ((y1 - y0) * j) / m;
  return levels.map((level) => {
    const segments = [];
    for (let j = 0; j < m; j++) for (let i = 0; i < n; i++) {
      const corner = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], v = corner.map(([a, b]) => grid[b][a] - level), cuts = [];
      for (let k = 0; k < 4; k++) {
        const p = v[k], q = v[(k + 1) % 4];
        if (p < 0 === q < 0) continue;
        const s = p / (p - q), [a, b] = corner[k], [c, d] = corner[(k + 1) % 4];
        cuts.push([X(a + s * (c - a)), Y(b + s * (d - b))]);
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) segments.push([...cuts[k], ...cuts[k + 1]]);
    }
    return segments;
  });
};

// Draws level curves, the lowest darkest.
L.drawContours = (c, curves, colour, part) => {
  const key = c.size + c.x + c.y;
  if (curves.drawn !== key) {
    curves.drawn = key;
    curves.paths = curves.map((segments) => segments.map(([a, b, x, y]) =>
      `M${c.sx(a).toFixed(1)} ${c.sy(b).toFixed(1)}L${c.sx(x).toFixed(1)} ${c.sy(y).toFixed(1)}`).join(""));
  }
  curves.paths.forEach((d, i) => c.path("level" + i, d, { stroke: colour, width: 1, opacity: 0.5 - (0.36 * i) / curves.length, part }));
};

// An arrow from one point to another, in the chart's coordinates.
L.arrow = (c, key, from, to, o = {}) => {
  const [a, b, x, y] = [c.sx(from[0]), c.sy(from[1]), c.sx(to[0]), c.sy(to[1])], length = Math.hypot(x - a, y - b);
  if (length < 1) return;
  const u = [(x - a) / length, (y - b) / length], head = Math.min(11, length / 2), at = (s, side) => `${x - s * u[0] - side * u[1]} ${y - s * u[1] + side * u[0]}`;
  c.path(key, `M${a} ${b}L${at(head * 0.8, 0)}`, { width: 2.5, ...o });
  c.path(key + "head", `M${x} ${y}L${at(head, head * 0.45)}L${at(head, -head * 0.45)}Z`, { fill: o.stroke, part: o.part, opacity: o.opacity });
};
