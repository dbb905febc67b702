// Starts a saved replay: mounts its panels, gives the whole window the player's keys, and changes between light and dark.
(() => {
  const data = JSON.parse(document.getElementById("pg-data").textContent), page = document.documentElement;
  const root = document.getElementById("ppo-live") || document.getElementById("ppo-compare");
  const mount = root.id === "ppo-live" ? L.mount : L.cmpMount, button = document.getElementById("pg-theme");
  const component = { parentElement: document.body, data, setTriggerValue() {} };
  const wish = window.matchMedia("(prefers-color-scheme: dark)");
  const wear = (dark) => {
    page.dataset.theme = dark ? "dark" : "light";
    button.textContent = dark ? "Light" : "Dark"; button.setAttribute("aria-label", dark ? "Use light colours" : "Use dark colours");
    mount(component);
    component.data = null;
  };
  let chosen = false;
  button.onclick = () => { chosen = true; wear(page.dataset.theme !== "dark"); };
  wish.addEventListener("change", () => chosen || wear(wish.matches));
  wear(wish.matches);
  document.addEventListener("keydown", (ev) => {
    const player = root.inst.replay ? root.inst.replay.player : root.inst.play;
    const taken = ev.target.closest && ev.target.closest("select, input, button, a, [role=slider]");
    if (player && !(taken && (ev.key === " " || taken.tagName === "SELECT" || taken.type === "range"))) player.key(ev);
  });
})();
