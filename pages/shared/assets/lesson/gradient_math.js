// A landscape with a cliff and eight steps of two actions, as ppo_engine/lessons/policy_gradients.py has them; a test holds them.
L.gradients = (() => {
  const G = { base: [2, -1, 1.5, 0.5, -2, 3, 1, -0.5], now: 0.4, later: 1 };
  G.cliff = ([x, y]) => Math.exp(-((x - 1) ** 2) / 8 - (y * y) / 4) / (1 + Math.exp(-20 * (1.1 - x)));
  G.slope = ([x, y]) => { const j = G.cliff([x, y]), share = 1 / (1 + Math.exp(-20 * (1.1 - x))); return [j * (-(x - 1) / 4 - 20 * (1 - share)), (-j * y) / 2]; };
  G.climb = (start, rate, steps) => {
    const path = [start];
    for (let i = 0; i < steps; i++) { const at = path[i], g = G.slope(at); path.push([at[0] + rate * g[0], at[1] + rate * g[1]]); }
    return path;
  };
  G.trueGradient = (p) => p * (1 - p) * (8 * G.now + 7 * G.later);
  // Of each of the 256 trajectories its probability and, for each way of giving credit, its estimate of the gradient.
  G.table = (p, lambda) => {
    const T = 8, probs = [], estimates = { episode_return: [], reward_to_go: [], baseline: [], gae: [] }, decay = Math.fround(lambda);
    for (let k = 0; k < 256; k++) {
      const a = Array.from({ length: T }, (_, t) => (k >> (T - 1 - t)) & 1), r = a.map((v, t) => G.base[t] + G.now * v + (t ? G.later * a[t - 1] : 0));
      const toGo = new Array(T), ahead = new Array(T + 1).fill(0), out = { episode_return: 0, reward_to_go: 0, baseline: 0, gae: 0 };
      for (let t = T - 1, sum = 0; t >= 0; t--) { toGo[t] = sum += r[t]; ahead[t] = ahead[t + 1] + G.base[t] + G.now * p + (t < T - 1 ? G.later * p : 0); }
      const V = Array.from({ length: T + 1 }, (_, t) => (t < T ? ahead[t] + (t ? G.later * a[t - 1] : 0) : 0));
      for (let t = T - 1, last = 0; t >= 0; t--) {
        last = r[t] + V[t + 1] - V[t] + decay * last;
        const score = a[t] - p;
        out.episode_return += score * toGo[0]; out.reward_to_go += score * toGo[t]; out.baseline += score * (toGo[t] - V[t]); out.gae += score * last;
      }
      probs.push(a.reduce((s, v) => s * (v ? p : 1 - p), 1));
      for (const name in out) estimates[name].push(out[name]);
    }
    return { probs, estimates };
  };
  G.spread = (probs, estimates) => { const mean = probs.reduce((s, q, i) => s + q * estimates[i], 0); return Math.sqrt(probs.reduce((s, q, i) => s + q * (estimates[i] - mean) ** 2, 0)); };
  return G;
})();
