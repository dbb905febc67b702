"""A page as a scene of a talk: what of it stays on the stage, a few charts at most, and the style for it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from pages.shared import hiding
from pages.shared.page_parts import parts_of
from ppo_engine.knobs import ConfigError

MOST = 4
# What can stand on the stage, the most telling first; of a page whose URL leaves nothing out, the first ones do.
CHARTS = {
    "": ("return", "video", "objective", "histogram", "kl", "entropy", "fractions", "losses", "explained", "samples"),
    "compare": ("return", "video", "histograms", "kl", "entropy", "table"),
}
LESSON = ("numbers", "controls")
FIRST = 2
# What the other pages do without, unless their URL says what is left out.
LEFT_OUT = {"evidence": ("sections", "controls", "table", "note"), "doctor": ("controls",)}
# The rollouts stand over a chart, as wide as their numbers need to be read.
ROLLOUTS = 176


def choices(url_path: str) -> dict[str, str]:
    """What of a page can be put on the stage: the names of its parts, with what each is in words."""
    names = LESSON if url_path.startswith("learn-") else CHARTS.get(url_path, ())
    return {name: parts_of(url_path)[name].words for name in names}


def staying(page: str) -> tuple[str, ...]:
    """The parts of a page's URL that stand on the stage: what its ``hide`` leaves, four at most, else the first two."""
    path, hidden = _read(page)
    names = tuple(choices(path))
    left = tuple(name for name in names if name not in hidden)
    if path.startswith("learn-"):
        return left
    return (left[:MOST] if len(left) < len(names) else ()) or names[:FIRST]


def keeping(page: str, kept: tuple[str, ...]) -> str:
    """The page's URL with ``hide`` so that, of what can be put on the stage, just ``kept`` stands there.

    Raises ConfigError when of a page with charts none would stand there.
    """
    path, hidden = _read(page)
    names = tuple(choices(path))
    if not names:
        return page
    if path in CHARTS and not kept:
        raise ConfigError("on the stage", "nothing", f"one to {MOST} parts of the page")
    wanted = [name for name in hidden if name not in names] + [name for name in names if name not in kept]
    address, _, query = page.partition("?")
    pairs = [pair for pair in query.split("&") if pair and not pair.startswith(f"{hiding.KEY}=")]
    pairs += [f"{hiding.KEY}={','.join(wanted)}"] if wanted else []
    return address + ("?" + "&".join(pairs) if pairs else "")


def style(page: str) -> str:
    """The CSS of a page that stands on the stage, beside what all of them have in assets/present/page.css."""
    path, hidden = _read(page)
    kept, parts = staying(page), parts_of(path)
    gone = [name for name in choices(path) if name not in kept]
    gone += [name for name in hidden or LEFT_OUT.get(path, ()) if name in parts and name not in gone]
    rules = [f"html.ppo-on-stage {selector} {{ display: none !important; }}"
             for name in gone for selector in parts[name].selectors]  # fmt: skip
    if path in CHARTS:
        rules += _places(path, kept)
    elif path.startswith("learn-") and "numbers" in gone:
        rules.append("html.ppo-on-stage .ppo-scene { grid-template-columns: minmax(0, 1fr) !important; }")
    return "\n".join(rules)


def drawn(page: str) -> dict[str, str | float | bool]:
    """How the browser draws the page on the stage: its style, whether it has charts, and how many times larger than on
    its own it is at least; its smallest type may ask for more."""
    charts = bool(choices(_read(page)[0]))
    return {"css": style(page), "charts": charts, "least": 1.82 if charts else 1.3}


def _places(path: str, kept: tuple[str, ...]) -> list[str]:
    """Where the charts stand: one over the whole frame, two side by side, more in rows of two, rollouts on top."""
    beside = {"video", "samples"} & set(kept) if path == "" else set()
    count = len(kept) - len(beside) + bool(beside)
    columns, rows = min(2, count), ["minmax(0, 1fr)"] * (1 + (count > 2))
    if path == "compare" and "video" in kept and count == 2:
        columns, rows = 1, [f"{ROLLOUTS}px", "minmax(0, 1fr)"]
    grid = f"{' '.join(rows)} / repeat({columns}, minmax(0, 1fr))"
    placed = [f"html.ppo-on-stage :is(.ppo-grid, .cmp-grid) {{ grid-template: {grid} !important; }}",
              "html.ppo-on-stage .cmp-films { order: -1; }"]  # fmt: skip
    if path == "compare" and columns == 1 and count == 2:
        placed.append("html.ppo-on-stage .cmp-ret > header { display: none; }")
    return placed if beside or path else [*placed, "html.ppo-on-stage .ppo-side { display: none !important; }"]


def _read(page: str) -> tuple[str, tuple[str, ...]]:
    parts = urlsplit(page)
    hidden = parse_qs(parts.query).get(hiding.KEY, [""])[0]
    return parts.path.strip("/"), tuple(filter(None, (name.strip() for name in hidden.split(","))))
