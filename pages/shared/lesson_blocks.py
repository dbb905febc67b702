"""What a lesson is made of: sections of text, equations whose symbols explain themselves, a question, an experiment."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

WORDS_A_MINUTE = 220


class Symbol(NamedTuple):
    """One symbol of an equation: its LaTeX, how HTML writes it, what it is, and its colour (a part of the figure)."""

    latex: str
    html: str
    meaning: str
    colour: str = ""


class Equation(NamedTuple):
    """LaTeX in which ``<name>`` stands for the symbol of that name (also within a symbol), and the same in words."""

    latex: str
    words: str
    symbols: dict[str, Symbol]

    def marked(self, first: int) -> str:
        """The LaTeX with each symbol in a colour of its own number, by which the browser finds it again.

        ``first`` is the number of the equation's first symbol, so that no two symbols of a page share one.
        """
        number = {name: first + at for at, name in enumerate(self.symbols)}

        def mark(found: re.Match[str]) -> str:
            name = found.group(1)
            inner = re.sub(r"<(\w+)>", mark, self.symbols[name].latex)
            return rf"\textcolor{{#10ad{number[name]:02x}}}{{{inner}}}"

        return re.sub(r"<(\w+)>", mark, self.latex)

    def legend(self, first: int) -> str:
        """The symbols as buttons, and the line in which the one pointed at is explained; as HTML."""
        chips = "".join(
            f'<button type="button" class="ppo-symbol" data-symbol="{first + at}" data-colour="{symbol.colour}"'
            f' data-meaning="{symbol.meaning}">{symbol.html}</button>'
            for at, symbol in enumerate(self.symbols.values())
        )
        said = f'<p class="ppo-said" data-words="{self.words}">{self.words}</p>'
        return f'<div class="ppo-legend" role="group" aria-label="Symbols of the equation">{chips}</div>{said}'


class Source(NamedTuple):
    """Code printed as it stands in the engine."""

    code: str
    where: str


def engine_source(*functions: Callable[..., Any]) -> Source:
    """The body of engine functions, as the engine runs them, without their docstrings."""
    parts = []
    for function in functions:
        text = textwrap.dedent(inspect.getsource(function))
        parts.append(re.sub(r'^    """.*?"""\n', "", text, count=1, flags=re.DOTALL | re.MULTILINE).rstrip())
    modules = dict.fromkeys(f"{function.__module__.replace('.', '/')}.py" for function in functions)
    return Source("\n\n".join(parts), ", ".join(modules))


class Section(NamedTuple):
    """A heading and its blocks (Markdown text, equations, source); ``scene`` of the figure is shown while it is read,
    and of it the parts named in ``focus`` stand out (none named: all of them)."""

    title: str
    scene: str
    focus: tuple[str, ...]
    blocks: tuple[str | Equation | Source, ...]


class Question(NamedTuple):
    """A check question. ``options`` are (answer, why it is right or wrong); ``right`` is the index of the right one."""

    text: str
    options: tuple[tuple[str, str], ...]
    right: int


class Experiment(NamedTuple):
    """What the lesson's button loads into the Lab, as the Train page's URL keys, and what to look for there."""

    knobs: dict[str, str]
    announced: str
    look_for: str


class Lesson(NamedTuple):
    """One lesson, from its first sentence to its sources; ``figure`` names a family of lesson_figure.py."""

    slug: str
    lead: str
    figure: str
    sections: tuple[Section, ...]
    question: Question
    experiment: Experiment
    sources: tuple[tuple[str, str], ...]

    @property
    def words(self) -> int:
        """How many words there are to read: the lead, headings, text, and equations in words; formulas count as one."""
        blocks = [block for section in self.sections for block in section.blocks]
        said = [block for block in blocks if not isinstance(block, Source)]
        told = [block.words if isinstance(block, Equation) else block for block in said]
        every = " ".join([self.lead, *(section.title for section in self.sections), *told])
        return len(re.sub(r"\$[^$]*\$", "x", every).split())

    @property
    def minutes(self) -> int:
        """How long that takes, at 220 words a minute."""
        return math.ceil(self.words / WORDS_A_MINUTE)
