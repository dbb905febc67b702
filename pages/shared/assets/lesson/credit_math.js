// TD errors, returns and advantages of one episode, as ppo_engine/advantages.py has them; a test holds them to it.
L.credit = (() => {
  const C = {}, f = Math.fround;  // the engine keeps γ and γλ in single precision
  C.deltas = (rewards, values, gamma, terminated) =>
    rewards.map((r, t) => r + (t === rewards.length - 1 && terminated ? 0 : f(gamma) * values[t + 1]) - values[t]);
  C.advantages = (deltas, gamma, lambda) => {
    const decay = f(gamma * lambda), out = new Array(deltas.length);
    for (let t = deltas.length - 1, last = 0; t >= 0; t--) out[t] = last = deltas[t] + decay * last;
    return out;
  };
  C.toGo = (rewards, values, gamma, terminated) => {
    const out = new Array(rewards.length);
    for (let t = rewards.length - 1, last = terminated ? 0 : values[rewards.length]; t >= 0; t--) out[t] = last = rewards[t] + f(gamma) * last;
    return out;
  };
  C.weights = (gamma, lambda, count) => Array.from({ length: count }, (_, l) => (gamma * lambda) ** l);
  C.all = (rewards, values, gamma, lambda, terminated) => {
    const deltas = C.deltas(rewards, values, gamma, terminated);
    return { deltas, advantages: C.advantages(deltas, gamma, lambda), toGo: C.toGo(rewards, values, gamma, terminated) };
  };
  return C;
})();
