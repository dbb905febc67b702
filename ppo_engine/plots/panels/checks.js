// The self-check lights in the strip, each with its number on hover and focus, and the evaluation under the rollout.
L.lightsInto = (ui) => {
  ui.lights = L.el("div", "ppo-lights");
  ui.lights.setAttribute("role", "group");
  ui.lights.hidden = true;
};

// The place is kept from the first packet of a run on, so that nothing moves when the first update lights them up.
L.showLights = (st, ui, lights) => {
  ui.lights.hidden = false;
  lights.forEach(([name, holds, value], i) => {
    let node = ui.lights.children[i];
    if (!node) {
      node = L.el("span", "ppo-light");
      node.tabIndex = 0; node.setAttribute("role", "img");
      ui.lights.append(node);
    }
    const says = `${(st.checkMeanings || {})[name] || name} Now ${value}.`;
    const word = holds === null ? "waits" : holds ? "holds" : "fails";
    node.textContent = { waits: "◌", holds: "●", fails: "✕" }[word]; node.dataset.holds = holds === null ? "wait" : holds;
    node.dataset.tip = word[0].toUpperCase() + word.slice(1) + ". " + says;
    node.setAttribute("aria-label", `Self-check ${word}: ${says}`);
  });
  while (ui.lights.children.length > lights.length) ui.lights.lastChild.remove();
  const failed = lights.filter(([, holds]) => holds === false).length, waiting = lights.some(([, holds]) => holds === null);
  ui.lights.setAttribute("aria-label", !lights.length ? "Self-checks: none yet"
    : failed ? `Self-checks: ${failed} of ${lights.length} fail` : waiting ? `Self-checks: ${lights.length - 1} hold, 1 is awaited` : `Self-checks: all ${lights.length} hold`);
};

L.evaluationInto = (panel) => {
  panel.evaluation = L.el("div", "ppo-evaluation");
  panel.evaluation.setAttribute("role", "status"); panel.evaluation.hidden = true;
  panel.body.append(panel.evaluation);
};

L.showEvaluation = (panel, lines) => {
  const node = panel.evaluation, text = lines.length ? lines : ["Not evaluated yet: E plays 100 fresh episodes."];
  node.hidden = false;
  if (node.dataset.text === text.join("\n")) return;
  node.dataset.text = node.title = text.join("\n");
  node.classList.toggle("none", !lines.length);
  node.replaceChildren(...text.map((line) => L.el("p", "", line)));
};
