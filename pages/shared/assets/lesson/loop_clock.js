// Where a recorded loop stands while it is played: update, phase, and how far into the phase, as measured time passes.
L.loop = {
  // The phases of one update with the processor time that each took; k counts the gradients of its epochs.
  phases: (update) => {
    const s = update.seconds, list = [{ name: "rollout", seconds: s.rollout }, { name: "advantages", seconds: s.advantages }];
    update.steps.seconds.forEach((seconds, k) => list.push({ name: "step", seconds, k }));
    if (s.actor !== undefined) list.push({ name: "actor", seconds: s.actor }, { name: "critic", seconds: s.critic });
    return [...list, { name: "report", seconds: s.report }];
  },

  // How long a phase is shown, in seconds, when time is stretched by `slow`; none so briefly that it would not be seen.
  shown: (phase, slow) => Math.max(phase.seconds * slow, { advantages: 0.5, report: 0.35 }[phase.name] * Math.min(1, slow / 40) || 0),

  // Lets `seconds` pass from a position {u, i, share}; after the last update comes the first.
  advance: (updates, at, seconds, slow) => {
    let { u, i, share } = at, left = seconds;
    for (let guard = 0; left > 0 && guard < 10000; guard++) {
      const phases = L.loop.phases(updates[u]), whole = L.loop.shown(phases[i], slow), rest = whole * (1 - share);
      if (left < rest) { share += left / whole; break; }
      left -= rest; share = 0; i++;
      if (i === phases.length) { i = 0; u = (u + 1) % updates.length; }
    }
    return { u, i, share };
  },

  // One step by hand: what has begun is finished, else the next phase is shown as finished.
  step: (updates, { u, i, share }) => {
    if (share < 1) return { u, i, share: 1 };
    const phases = L.loop.phases(updates[u]);
    return i + 1 < phases.length ? { u, i: i + 1, share: 1 } : { u: (u + 1) % updates.length, i: 0, share: 1 };
  },
};
