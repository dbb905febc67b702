// Products of ratios as ppo_engine/lessons/trajectory.py has them; a test holds the two together.
L.trajectory = {
  logProducts: (uniforms, delta) => {
    const up = Math.log1p(2 * delta), down = Math.log1p(-2 * delta);
    let sum = 0;
    return [0, ...uniforms.map((u) => (sum += u < 0.5 ? up : down))];
  },
  drift: (delta) => 0.5 * Math.log1p(-4 * delta * delta),
  secondMoment: (delta, steps) => (1 + 4 * delta * delta) ** steps,
  effectiveShare: (delta, steps) => 1 / L.trajectory.secondMoment(delta, steps),
};
