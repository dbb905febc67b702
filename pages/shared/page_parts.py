"""The parts of each page by name: what ?hide= may leave out of it for a slide or a lesson, and where that is drawn."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """A part of a page: what it is in words, and the CSS selectors of what it is made of."""

    words: str
    selectors: tuple[str, ...]


def _box(key: str) -> str:
    """The wrapper of a keyed container, so that no gap stays where it was."""
    return f'[data-testid="stLayoutWrapper"]:has(> {key})'


def _column(*keys: str) -> str:
    return f'[data-testid="stColumn"]:has({", ".join(keys)})'


EVERYWHERE = {
    "menu": Part("the menu at the top", (
        '[data-testid="stHeader"]', ".st-key-share_corner", ".st-key-talk_corner")),
    "title": Part("the page's title and what stands under it", (
        *(f'[data-testid="stElementContainer"]:has({what})' for what in ("h1", ".ppo-kicker", ".ppo-lead")),
        _box(".st-key-page_title"),
    )),
}  # fmt: skip
# The Train page's panels, by the class of each.
PANELS = {
    "return": ("the return", ".ppo-ret"), "objective": ("the objective with its samples", ".ppo-objective"),
    "kl": ("the KL divergence", ".ppo-kl"), "histogram": ("the ratio histogram", ".ppo-hist"),
    "entropy": ("the entropy", ".ppo-entropy"), "explained": ("the explained variance", ".ppo-ev"),
    "losses": ("the losses", ".ppo-losses"), "fractions": ("the samples outside the band", ".ppo-fractions"),
}  # fmt: skip
TRAIN = {
    "controls": Part("everything above the charts", (_box(".st-key-controls"),)),
    "pickers": Part("environment, preset, objective, seed and all knobs", tuple(
        _column(f".st-key-{key}") for key in ("env", "preset", "objective", "seed", "more"))),
    "sliders": Part("the three sliders", (_column('[class*="st-key-slot_"]'),)),
    "buttons": Part("Start, Pause, Step, Stop and Evaluate", (_column(".st-key-go"),)),
    "strip": Part("the line with the badge and the progress", (".ppo-strip",)),
    "tiles": Part("the numbers above the charts", (".ppo-tiles",)),
    "charts": Part("all charts", tuple(selector for _, selector in PANELS.values())),
    **{name: Part(words, (selector,)) for name, (words, selector) in PANELS.items()},
    "video": Part("the rollout", (".ppo-video",)),
    "samples": Part("where the samples are", ("section.ppo-split",)),
    "sentence": Part("the sentence under the charts", (".ppo-foot",)),
    "diagnosis": Part("the diagnosis", ('[data-testid="stLayoutWrapper"]:has(> [class*="st-key-diagnosis_"])',
                                        '[data-testid="stElementContainer"][class*="st-key-diagnosis_"]')),
}  # fmt: skip
COMPARE_CHARTS = {
    "return": ("the return", ".cmp-ret"), "histograms": ("the ratio histograms", ".cmp-hists"),
    "kl": ("the KL divergence", ".cmp-kl"), "entropy": ("the entropy", ".cmp-entropy"),
}  # fmt: skip
COMPARE = {
    "controls": Part("everything above the charts", (_box(".st-key-controls"),)),
    "lanes": Part("what each run is set up with", (_box(".st-key-lanes"),)),
    "buttons": Part("Start, Pause, Step and Stop", (_column(".st-key-transport"),)),
    "strip": Part("the lines with each run's name and progress", (".cmp-lanes",)),
    "charts": Part("all charts", tuple(selector for _, selector in COMPARE_CHARTS.values())),
    **{name: Part(words, (selector,)) for name, (words, selector) in COMPARE_CHARTS.items()},
    "video": Part("the rollouts", (".cmp-films",)),
    "table": Part("the table of knobs that differ", (".cmp-table",)),
    "sentence": Part("the sentence under the charts", (".ppo-foot",)),
}
EVIDENCE = {
    "sections": Part("the choice of section", (
        '[data-testid="stElementContainer"]:has(> [data-testid="stButtonGroup"])',)),
    "controls": Part("setting up and choosing a grid", (
        '[data-testid="stLayoutWrapper"]:has(> [data-testid="stExpander"])', '[data-testid="stExpander"]',
        '[data-testid="stHorizontalBlock"]:has(.st-key-sweep)')),
    "strip": Part("the line with the badge and the progress", (".ev-strip",)),
    "verdict": Part("the verdict", (".ev-verdict",)),
    "charts": Part("all charts", (".ev-charts",)),
    "table": Part("the rows of settings", (".ev-table",)),
    "note": Part("the small print", (".ev-note",)),
}  # fmt: skip
LESSON = {
    "text": Part("the text", (_column(".st-key-lesson_text"),)),
    "figure": Part("the figure", (_column(".st-key-lesson_figure"),)),
    "controls": Part("the figure's buttons and sliders", (".ppo-panel-controls",)),
    "numbers": Part("the figure's numbers", (".ppo-numbers",)),
    "symbols": Part("the explanations of symbols", ('[data-testid="stElementContainer"]:has(.ppo-legend)',)),
    "question": Part("the question and the way into the Lab", (
        '[data-testid="stLayoutWrapper"]:has(> [class*="st-key-section_"] [class*="st-key-answer_"])',)),
    "neighbours": Part("the links to the lessons before and after", (_box(".st-key-neighbours"),)),
}  # fmt: skip
PREFLIGHT = {
    "controls": Part("the buttons", (_box(".st-key-preflight_bar"), ".st-key-preflight_bar")),
    "machine": Part("the checks of this machine", (".pre-main",)),
    "browser": Part("what this browser shows of itself", (".pre-side",)),
}
PAGES = {"": TRAIN, "compare": COMPARE, "evidence": EVIDENCE, "doctor": PREFLIGHT}


def parts_of(url_path: str) -> dict[str, Part]:
    """The parts of a page by its path in the URL; those of a page that has none of its own are the menu and title."""
    own = LESSON if url_path.startswith("learn-") else PAGES.get(url_path, {})
    return {"menu": EVERYWHERE["menu"], **own} if own in (TRAIN, COMPARE, EVIDENCE) else {**EVERYWHERE, **own}
