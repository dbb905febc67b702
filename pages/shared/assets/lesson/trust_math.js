// Trust-region steps on a function, as ppo_engine/lessons/trust_steps.py and landscapes.py have them; a test holds them.
L.trust = (() => {
  const T = {}, dot = (a, b) => a.reduce((s, v, i) => s + v * b[i], 0), norm = (a) => Math.sqrt(dot(a, a));
  const times = (m, v) => m.map((row) => dot(row, v)), plus = (a, b, s = 1) => a.map((v, i) => v + s * b[i]);
  Object.assign(T, { dot, norm, times, plus });

  T.landscapes = {
    wells: { value: ([x]) => 0.1 * x ** 4 - 0.8 * x ** 2 + 0.3 * x + 2, gradient: ([x]) => [0.4 * x ** 3 - 1.6 * x + 0.3], hessian: ([x]) => [[1.2 * x * x - 1.6]] },
    quadratic: { value: ([x, y]) => x * x + 10 * y * y - 4 * x * y + 0.6 * x, gradient: ([x, y]) => [2 * x - 4 * y + 0.6, 20 * y - 4 * x], hessian: () => [[2, -4], [-4, 20]] },
    rosenbrock: { value: ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, gradient: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
      hessian: ([x, y]) => [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]] },
  };

  // Eigenvalues, lowest first, and unit eigenvectors of a symmetric matrix of one or two rows.
  T.eigen = (m) => {
    if (m.length === 1) return [[m[0][0]], [[1]]];
    const [[a, b], [, c]] = m, middle = (a + c) / 2, gap = Math.hypot((a - c) / 2, b), values = [middle - gap, middle + gap];
    if (gap === 0) return [values, [[1, 0], [0, 1]]];
    let high = a >= c ? [(a - c) / 2 + gap, b] : [b, (c - a) / 2 + gap];
    const length = norm(high);
    high = high.map((v) => v / length);
    return [values, [[-high[1], high[0]], high]];
  };

  T.exactStep = (g, hessian, radius) => {
    const [values, vectors] = T.eigen(hessian), along = vectors.map((v) => dot(v, g)), lowest = values[0];
    const back = (p) => g.map((_, i) => vectors.reduce((s, v, k) => s + v[i] * p[k], 0));
    const solution = (shift) => along.map((v, i) => (v === 0 ? 0 : -v / (values[i] + shift)));
    if (lowest > 0) { const newton = solution(0); if (norm(newton) <= radius) return { step: back(newton), onBoundary: false }; }
    let low = Math.max(0, -lowest), high = Math.max(low, norm(g) / radius - lowest) + 1e-12;
    for (let i = 0; i < 120; i++) { const middle = 0.5 * (low + high); if (norm(solution(middle)) > radius) low = middle; else high = middle; }
    const inside = solution(high), missing = radius ** 2 - dot(inside, inside);
    if (missing > 1e-9 * radius ** 2) inside[0] += (inside[0] < 0 ? -1 : 1) * Math.sqrt(missing);
    return { step: back(inside), onBoundary: true };
  };

  T.doglegStep = (g, hessian, radius) => {
    const [values, vectors] = T.eigen(hessian);
    if (values[0] <= 0) return T.exactStep(g, hessian, radius);
    const newton = g.map((_, i) => -vectors.reduce((s, v, k) => s + (v[i] * dot(v, g)) / values[k], 0));
    if (norm(newton) < radius) return { step: newton, onBoundary: false };
    const cauchy = g.map((v) => (-v * dot(g, g)) / dot(g, times(hessian, g))), length = norm(cauchy);
    if (length >= radius) return { step: cauchy.map((v) => (v * radius) / length), onBoundary: true };
    const leg = plus(newton, cauchy, -1), a = dot(leg, leg), b = 2 * dot(cauchy, leg), c = dot(cauchy, cauchy) - radius ** 2;
    return { step: plus(cauchy, leg, (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a)), onBoundary: true };
  };

  T.predicted = (g, hessian, p) => -dot(g, p) - 0.5 * dot(p, times(hessian, p));
  T.model = (land, x, p) => land.value(x) - T.predicted(land.gradient(x), land.hessian(x), p);

  T.attempt = (land, x, radius, solve, largest) => {
    const g = land.gradient(x), hessian = land.hessian(x), { step, onBoundary } = solve(g, hessian, radius);
    const predicted = T.predicted(g, hessian, step), real = land.value(x) - land.value(plus(x, step)), ratio = predicted > 0 ? real / predicted : 0;
    const nextRadius = ratio < 0.25 ? 0.25 * radius : ratio > 0.75 && onBoundary ? Math.min(2 * radius, largest) : radius;
    return { x, radius, step, predicted, real, ratio, accepted: ratio > 0.15, nextRadius, onBoundary };
  };

  T.minimise = (land, start, radius, solve, largest, tolerance = 1e-4, most = 200) => {
    const trials = [];
    let x = start;
    while (trials.length < most && norm(land.gradient(x)) >= tolerance) {
      const trial = T.attempt(land, x, radius, solve, largest);
      trials.push(trial);
      radius = trial.nextRadius;
      if (trial.accepted) x = plus(x, trial.step);
    }
    return trials;
  };
  return T;
})();
