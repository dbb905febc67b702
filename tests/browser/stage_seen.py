"""What the tests of the stage look at: is it ready, what is drawn, when does it move, how large is its type."""

from __future__ import annotations

SIZES = [(1920, 1080), (1280, 720)]
# Everything that is not loopback goes to a proxy that nobody is.
CUT = {"server": "http://127.0.0.1:9", "bypass": "localhost,127.0.0.1"}
READY = "document.querySelector('#ppo-present')?.dataset.ready === 'true' && Boolean(window.Plotly)"
BADGE = "document.querySelector('.show-badge')?.textContent"
# What is drawn now: every line and text of the layer in sight, and where its films are.
DRAWN = """
window.drawn = () => { const layer = document.querySelector('#ppo-present .show-layer.on');
  if (!layer) return 'nothing';
  const of = (n) => n.getAttribute('d') || n.getAttribute('cx') || n.getAttribute('transform') || '';
  return [...layer.querySelectorAll('path, circle, text')].map(of).join() + layer.textContent
    + [...layer.querySelectorAll('video.on')].map((v) => v.currentTime).join(); };
"""
# After the next key, how many milliseconds until what the scene showed first has changed.
WATCH = """
() => { const key = PPOLive.stageKey;
  window.moved = null;
  PPOLive.stageKey = (show, ev) => { PPOLive.stageKey = key; key(show, ev);
    const began = performance.now(); let first = null;
    const look = () => { const now = drawn();
      if (first !== null && now !== first) window.moved = performance.now() - began;
      else { first ??= now; requestAnimationFrame(look); } };
    requestAnimationFrame(look); }; }
"""
# Of every text in sight: its size as it appears, and whether it lies within the window.
WORDS = """
() => { const stage = document.querySelector('#ppo-present'), out = [];
  const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const text = walk.currentNode.textContent.trim(), el = walk.currentNode.parentElement;
    if (!text || !el.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange(); range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect(), layer = el.closest('.show-layer');
    if (!box.width) continue;
    const scale = layer ? Number(/scale\\(([\\d.]+)\\)/.exec(layer.firstChild.style.transform)[1]) : 1;
    const inside = box.left > -2 && box.top > -2 && box.right < innerWidth + 2 && box.bottom < innerHeight + 2;
    out.push([text, parseFloat(getComputedStyle(el).fontSize) * scale, inside]); }
  return out; }
"""
# How wide each film in sight is drawn, in pixels of the window.
FILMS = """
() => [...document.querySelectorAll('#ppo-present .show-layer.on video.on')].map((film) => {
  const box = film.getBoundingClientRect(); return Math.min(box.width, box.height * 1.5); })
"""
# Of the page in the frame of the scene in sight, like WORDS; nothing before its charts are there.
PAGE_WORDS = """
() => { const frame = document.querySelector('#ppo-present .show-layer.on iframe'), doc = frame?.contentDocument;
  if (!doc?.body || !doc.querySelector('.ppo-plot svg, .ppo-chart svg')) return null;
  const scale = Number(/scale\\(([\\d.]+)\\)/.exec(frame.style.transform)[1]), out = [], view = doc.defaultView;
  const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const text = walk.currentNode.textContent.trim(), el = walk.currentNode.parentElement;
    if (!text || !el.checkVisibility({ visibilityProperty: true })) continue;
    const range = doc.createRange(); range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const across = box.left > -2 && box.right < view.innerWidth + 2;
    const inside = across && box.top > -2 && box.bottom < view.innerHeight + 2;
    out.push([text, parseFloat(view.getComputedStyle(el).fontSize) * scale, inside]); }
  const root = doc.scrollingElement, lines = [...doc.querySelectorAll('.ppo-plot path.js-line')];
  return { words: out, scrolls: root.scrollHeight > root.clientHeight || root.scrollWidth > root.clientWidth,
    thin: Math.min(9, ...lines.map((line) => parseFloat(view.getComputedStyle(line).strokeWidth) * scale)) }; }
"""
# For how long the picture stood still at most, and which badges it carried.
FOLLOW = """
() => { window.still = 0; window.badges = new Set(); let last = '', since = performance.now();
  setInterval(() => { const now = drawn(), at = performance.now();
    badges.add(document.querySelector('.show-badge').textContent);
    if (now !== last) { last = now; since = at; }
    still = Math.max(still, at - since); }, 50); }
"""
SCROLLS = """
(() => { const s = document.querySelector('#ppo-present'), d = document.documentElement;
  return s.scrollHeight > s.clientHeight || s.scrollWidth > s.clientWidth || d.scrollHeight > innerHeight; })()
"""


def tab_of(context, size=(1280, 720)):
    tab = context.new_page()
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.asked, tab.broken = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.broken.append(str(error)))
    return tab


def on_stage(tab, server, query=""):
    tab.goto(f"{server.url}/present{query}", timeout=120_000)
    tab.wait_for_function(READY, timeout=240_000)
    tab.evaluate(DRAWN)
