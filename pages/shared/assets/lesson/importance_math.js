// Importance sampling's formulas as ppo_engine/lessons/importance.py has them; a test holds the two together.
L.importance = (() => {
  const M = {}, P = { mean: 4, std: 2, cut: -Infinity }, KNOTS = [0, 2, 4, 8], SIMPSON = 96, ROOT = Math.sqrt(2 * Math.PI);

  M.f = (x) => (x > 0 && x <= 2 ? 2 : x > 2 && x <= 8 ? 4 - Math.abs(x - 4) : 0);

  // erfc by its series near 0 and by its continued fraction beyond.
  M.erfc = (x) => {
    if (x === Infinity) return 0;
    if (x === -Infinity) return 2;
    const a = Math.abs(x);
    let value;
    if (a < 2.2) {
      let term = a, sum = a;
      for (let n = 1; n < 60; n++) { term *= (-a * a) / n; sum += term / (2 * n + 1); }
      value = 1 - (2 / Math.sqrt(Math.PI)) * sum;
    } else {
      let fraction = a;
      for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
      value = Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction;
    }
    return x < 0 ? 2 - value : value;
  };
  M.cdf = (z) => 0.5 * M.erfc(-z / Math.SQRT2);
  M.kept = (q) => 1 - M.cdf((q.cut - q.mean) / q.std);

  M.density = (x, q) => {
    if (x < q.cut) return 0;
    const z = (x - q.mean) / q.std;
    return Math.exp(-0.5 * z * z) / (q.std * ROOT) / M.kept(q);
  };

  M.weightedMoment = (q, power) => {
    const scale = Math.log(q.std * M.kept(q));
    let total = 0;
    for (let piece = 0; piece < 3; piece++) {
      const low = Math.max(KNOTS[piece], q.cut), high = KNOTS[piece + 1];
      if (low >= high) continue;
      let sum = 0;
      for (let i = 0; i <= SIMPSON; i++) {
        const x = low + ((high - low) * i) / SIMPSON, f = piece === 0 ? 2 : piece === 1 ? x : 8 - x;
        const logP = -0.5 * ((x - P.mean) / P.std) ** 2 - Math.log(P.std), logQ = -0.5 * ((x - q.mean) / q.std) ** 2 - scale;
        sum += (i === 0 || i === SIMPSON ? 1 : i % 2 ? 4 : 2) * f ** power * Math.exp(power * logP - (power - 1) * logQ) / ROOT;
      }
      total += (sum * (high - low)) / (3 * SIMPSON);
    }
    return total;
  };

  M.standardError = (q, n) => Math.sqrt(Math.max(M.weightedMoment(q, 2) - M.weightedMoment(q, 1) ** 2, 0) / n);

  M.effectiveShare = (q) => {
    const precision = 2 / P.std ** 2 - 1 / q.std ** 2;
    if (precision <= 0) return 0;
    const middle = ((2 * P.mean) / P.std ** 2 - q.mean / q.std ** 2) / precision;
    const exponent = -(P.mean ** 2) / P.std ** 2 + (0.5 * q.mean ** 2) / q.std ** 2 + 0.5 * precision * middle ** 2;
    const above = 1 - M.cdf((q.cut - middle) * Math.sqrt(precision));
    const second = ((M.kept(q) * q.std) / P.std ** 2) * (Math.exp(exponent) / Math.sqrt(precision)) * above;
    const first = 1 - M.cdf((q.cut - P.mean) / P.std);
    return second ? first ** 2 / second : 0;
  };

  // Means of f p/q over n samples each, from a stream of standard normals; what falls below the cut is drawn again.
  M.estimates = (z, n, q, from = 0, most = Infinity) => {
    const means = [], scale = (q.std * M.kept(q)) / P.std;
    let sum = 0, count = 0, at = from;
    for (; at < z.length && means.length < most; at++) {
      const x = q.mean + q.std * z[at];
      if (x < q.cut) continue;
      if (x > 0 && x <= 8) {
        const u = (x - P.mean) / P.std;
        sum += M.f(x) * Math.exp(0.5 * (z[at] * z[at] - u * u)) * scale;
      }
      if (++count === n) { means.push(sum / n); sum = count = 0; }
    }
    return { means, at };
  };

  // The same stream of standard normals in every browser: mulberry32 and Box-Muller.
  M.normals = (count, seed) => {
    const z = new Float64Array(count), u = L.uniforms(seed);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - u())), angle = 2 * Math.PI * u();
      z[i] = radius * Math.cos(angle);
      if (i + 1 < count) z[i + 1] = radius * Math.sin(angle);
    }
    return z;
  };
  return Object.assign(M, { P });
})();
