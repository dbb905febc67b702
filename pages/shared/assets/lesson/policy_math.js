// One state, three actions, two parameters: TRPO's step as ppo_engine/lessons/small_policy.py has it; a test holds it.
L.smallPolicy = (() => {
  const S = { values: [1, -0.4, 0.2] }, { dot, times, plus, norm } = L.trust;
  S.probs = ([a, b]) => { const m = Math.max(a, b, 0), e = [Math.exp(a - m), Math.exp(b - m), Math.exp(-m)], sum = e[0] + e[1] + e[2]; return e.map((v) => v / sum); };
  S.logs = ([a, b]) => { const m = Math.max(a, b, 0), sum = m + Math.log(Math.exp(a - m) + Math.exp(b - m) + Math.exp(-m)); return [a - sum, b - sum, -sum]; };
  S.expected = (theta) => dot(S.probs(theta), S.values);
  S.kl = (old, now) => { const p = S.probs(old), a = S.logs(old), b = S.logs(now); return p.reduce((s, v, i) => s + v * (a[i] - b[i]), 0); };
  S.fisher = (theta) => { const [p, q] = S.probs(theta); return [[p - p * p, -p * q], [-p * q, q - q * q]]; };
  S.gradient = (theta) => { const p = S.probs(theta), mean = dot(p, S.values); return [p[0] * (S.values[0] - mean), p[1] * (S.values[1] - mean)]; };

  S.conjugate = (matrix, b, iterations) => {
    let x = b.map(() => 0), residual = b, direction = b, square = dot(b, b);
    const first = square, walk = [x], residuals = [Math.sqrt(square)];
    for (let i = 0; i < iterations && square > 1e-10 * first; i++) {
      const image = times(matrix, direction), length = square / dot(direction, image);
      x = plus(x, direction, length); residual = plus(residual, image, -length);
      const before = square;
      square = dot(residual, residual);
      direction = plus(residual, direction, square / before);
      walk.push(x); residuals.push(Math.sqrt(square));
    }
    return { x, walk, residuals };
  };

  S.step = (theta, maxKl) => {
    const matrix = S.fisher(theta), gradient = S.gradient(theta), { x: natural, walk, residuals } = S.conjugate(matrix, gradient, 2);
    const scale = (v) => v.map((u) => u * Math.sqrt((2 * maxKl) / dot(v, times(matrix, v)))), full = scale(natural), before = S.expected(theta), tries = [];
    for (let i = 0; i < 10; i++) {
      const fraction = 0.8 ** i, at = plus(theta, full, fraction), improvement = S.expected(at) - before, kl = S.kl(theta, at), accepted = improvement > 0 && kl <= maxKl;
      tries.push({ fraction, improvement, kl, accepted });
      if (accepted) break;
    }
    const last = tries[tries.length - 1];
    return { gradient, walk, natural, residuals, full, tries, predicted: dot(gradient, full), plain: scale(gradient), reached: plus(theta, full, last.accepted ? last.fraction : 0) };
  };

  S.reach = (theta, angle, maxKl, furthest = 12) => {
    const at = (s) => S.kl(theta, [theta[0] + s * Math.cos(angle), theta[1] + s * Math.sin(angle)]);
    let low = 0, high = furthest;
    if (at(high) <= maxKl) return high;
    for (let i = 0; i < 50; i++) { const middle = 0.5 * (low + high); if (at(middle) <= maxKl) low = middle; else high = middle; }
    return low;
  };
  S.norm = norm;
  return S;
})();
