// The clip lesson's formulas as the engine has them; a test holds the two together. The curve itself is objective.js's.
L.clip = {
  // One sample: where its ratio lies, which term the minimum takes, gain and slope by log π.
  caseOf: (r, a, eps) => {
    const region = r < 1 - eps ? -1 : r > 1 + eps ? 1 : 0, dead = (region > 0 && a > 0) || (region < 0 && a < 0);
    const gain = a === 0 ? 0 : Math.abs(a) * L.gain("ppo_clip", r, Math.sign(a), eps);
    return { region, branch: region === 0 ? "both" : dead ? "clipped" : "unclipped", gain, slope: dead ? 0 : r * a };
  },

  // Epochs of gradient ascent on one batch by a linear softmax policy that starts uniform: log r of every sample.
  logRatios: (batch, eps, rate, epochs) => {
    const { features, actions, advantages } = batch, B = actions.length, D = features[0].length, K = 3;
    const w = new Float64Array(D * K), logits = new Float64Array(K), start = -Math.log(K);
    let logs = new Float64Array(B), probs = new Float64Array(B * K);
    const forward = () => {
      const out = new Float64Array(B);
      for (let b = 0; b < B; b++) {
        let most = -Infinity, sum = 0;
        for (let k = 0; k < K; k++) {
          logits[k] = 0;
          for (let d = 0; d < D; d++) logits[k] += features[b][d] * w[d * K + k];
          most = Math.max(most, logits[k]);
        }
        for (let k = 0; k < K; k++) { probs[b * K + k] = Math.exp(logits[k] - most); sum += probs[b * K + k]; }
        for (let k = 0; k < K; k++) probs[b * K + k] /= sum;
        out[b] = Math.log(probs[b * K + actions[b]]) - start;
      }
      return out;
    };
    logs = forward();
    const found = [logs];
    for (let epoch = 0; epoch < epochs; epoch++) {
      const step = new Float64Array(D * K);
      for (let b = 0; b < B; b++) {
        const r = Math.exp(logs[b]), a = advantages[b];
        const slope = (eps === null ? r * a : L.clip.caseOf(r, a, eps).slope) / B;
        for (let k = 0; k < K; k++) {
          const push = slope * ((k === actions[b] ? 1 : 0) - probs[b * K + k]);
          for (let d = 0; d < D; d++) step[d * K + k] += features[b][d] * push;
        }
      }
      for (let i = 0; i < step.length; i++) w[i] += rate * step[i];
      logs = forward();
      found.push(logs);
    }
    return found;
  },

  // The critic's error and its slope, as values.py has them: the loss is its square. eps null: not clipped.
  valueError: (v, ret, old, eps) => {
    if (eps === null) return [v - ret, 1];
    const change = v - old;
    return [old + Math.min(Math.max(change, -eps), eps) - ret, Math.abs(change) <= eps ? 1 : 0];
  },
};
