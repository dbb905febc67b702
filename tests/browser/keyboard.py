"""Open a page until it is drawn, and walk over it with the Tab key."""

from __future__ import annotations

READY = """
() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
  && document.querySelector('[data-testid=stMainBlockContainer] [data-testid=stElementContainer]')
  && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
"""
DRAWN = """
() => { const shown = (n) => n.getBoundingClientRect().width > 0 && getComputedStyle(n).visibility === 'visible';
  const words = [...document.querySelectorAll('#ppo-live, #ppo-compare, #ppo-evidence, #ppo-preflight, .ppo-lesson')];
  return words.filter(shown).every((n) => n.textContent.trim().length > 20)
    && [...document.querySelectorAll('.ppo-plot, .ev-plot')].filter(shown).every((n) => n.querySelector('svg')); }
"""
# The element that has the focus: what it is, and whether it shows it (an outline or a ring, its own or beside it).
FOCUS = """
() => { const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ring = (n, pseudo) => { const s = getComputedStyle(n, pseudo);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
  const near = [at, at.parentElement, at.parentElement && at.parentElement.parentElement, ...at.querySelectorAll('*')];
  if (at.nextElementSibling) near.push(at.nextElementSibling);
  const seen = near.filter(Boolean).some((n) => ring(n) || ring(n, '::after') || ring(n, '::before'));
  return { seen, html: at.outerHTML.slice(0, 160), name: (at.getAttribute('aria-label') || at.textContent || '').trim(),
    slot: at.closest('[class*=st-key-]') ? at.closest('[class*=st-key-]').className : '' }; }
"""


def go(page, server, path):
    page.goto(f"{server.url}/{path}", timeout=90000)
    page.wait_for_function(READY, timeout=120_000)
    page.wait_for_function(DRAWN, timeout=120_000)
    page.wait_for_timeout(700)  # what fades in has arrived


def tab_to(page, wanted, most=140):
    """Press Tab until ``wanted(focus)``; every stop on the way shows that it has the focus."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            continue
        stops.append(focus)
        assert focus["seen"], f"nobody sees that this has the focus: {focus['html']}"
        if wanted(focus):
            return focus
    raise AssertionError([stop["name"][:30] for stop in stops])
