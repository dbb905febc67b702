// The way by keyboard: from a section of the text to the figure as that section shows it, and with Escape back to the text.
L.firstControl = (root) => [...root.querySelectorAll(".ppo-scene:not([hidden]) :is(button, input, a[href], [tabindex='0'])")]
  .find((node) => !node.disabled && !node.closest(".ppo-save") && node.getClientRects().length > 0);

L.toFigure = (inst) => {
  L.drawLesson(inst);
  const control = L.firstControl(inst.root);
  if (control) control.focus({ preventScroll: true });
};

// Where the keyboard is in the text, while that is in sight: this section is being read, wherever the page has scrolled to.
L.sectionInHand = () => {
  const at = document.activeElement, section = at && at.closest("[class*='st-key-section_']");
  if (!section || !at.matches(":focus-visible")) return -1;
  const { top, bottom } = at.getBoundingClientRect();
  return bottom > 60 && top < window.innerHeight ? L.sectionNumber(section) : -1;
};

L.sectionNumber = (node) => Number(/st-key-section_(\d+)/.exec(node.className)[1]);

// Returns what forgets it again.
L.figureByKeyboard = (inst) => {
  const press = (ev) => {
    const button = ev.target.closest && ev.target.closest(".ppo-to-figure");
    if (!button) return;
    L.readSection(inst, L.sectionNumber(button.closest("[class*='st-key-section_']")));
    L.toFigure(inst);
  };
  const escape = (ev) => {
    if (ev.key !== "Escape") return;
    const section = document.querySelector(".ppo-reading"), back = section && section.querySelector(".ppo-to-figure, input, button, a[href]");
    if (back) { ev.preventDefault(); back.focus(); }
  };
  // Who comes to a section by Tab sees it from its first line.
  const arrive = (ev) => { if (ev.target.matches(".ppo-to-figure:focus-visible")) ev.target.closest("[class*='st-key-section_']").scrollIntoView({ block: "start" }); };
  document.addEventListener("click", press); document.addEventListener("focusin", arrive);
  inst.root.addEventListener("keydown", escape);
  return () => { document.removeEventListener("click", press); document.removeEventListener("focusin", arrive); };
};
