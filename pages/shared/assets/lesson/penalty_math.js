// Where β lets a policy go, and the rule that adapts β, as ppo_engine/lessons/penalised_step.py has them; a test holds them.
L.penalty = (() => {
  const P = {};
  P.kl = (old, now) => old.reduce((s, p, i) => s + p * Math.log(p / now[i]), 0);
  P.penalised = (old, advantages, beta) => {
    const most = Math.max(...advantages), below = advantages.map((a) => most - a);
    let low = 0, high = beta;
    for (let i = 0; i < 200; i++) {
      const middle = 0.5 * (low + high);
      if (old.reduce((s, p, k) => s + (beta * p) / (below[k] + middle), 0) > 1) low = middle; else high = middle;
      if (middle === low && middle === high) break;
    }
    const found = old.map((p, k) => (beta * p) / (below[k] + high)), sum = found.reduce((s, v) => s + v, 0);
    return found.map((v) => v / sum);
  };
  // The value of Σ π Â − β KL(π_old ‖ π) at a policy.
  P.value = (old, advantages, beta, now) => now.reduce((s, p, i) => s + p * advantages[i], 0) - beta * P.kl(old, now);
  P.probs = ([a, b]) => { const m = Math.max(a, b, 0), e = [Math.exp(a - m), Math.exp(b - m), Math.exp(-m)], sum = e[0] + e[1] + e[2]; return e.map((v) => v / sum); };
  P.parameters = (p) => [Math.log(p[0] / p[2]), Math.log(p[1] / p[2])];
  P.decision = (kl, target) => (kl < target / 1.5 ? "halve" : kl > target * 1.5 ? "double" : "hold");
  P.controlled = (old, taste, scales, beta, target, adaptive) => scales.map((scale) => {
    const kl = P.kl(old, P.penalised(old, taste.map((v) => v * scale), beta)), decision = adaptive ? P.decision(kl, target) : "hold", used = beta;
    if (decision !== "hold") beta = Math.min(1e6, Math.max(1e-6, decision === "halve" ? beta / 2 : Math.max(beta, 1e-6) * 2));
    return { beta: used, kl, decision };
  });
  return P;
})();
