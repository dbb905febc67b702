"""The frame of a lesson: text that scrolls on the left, its figure that stays on the right, question, Lab, sources."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from pages.shared import progress, setup
from pages.shared.contents import CONTENTS, Entry, place_of
from pages.shared.lesson_blocks import Equation, Lesson, Question, Section, Source
from pages.shared.lesson_figure import lesson_figure

LAB = "pages/lab/train.py"


def show(lesson: Lesson, data: dict[str, Any]) -> None:
    """Shows a lesson; ``data`` is what its figure needs from Python."""
    number, before, after = place_of(lesson.slug)
    entry = CONTENTS[number - 1]
    text, figure = st.columns([2, 3], gap="large")
    # The figure first: it is what a visitor waits for.
    with figure, st.container(key="lesson_figure"):
        spoken_of = [{"scene": section.scene, "focus": section.focus} for section in lesson.sections]
        spoken_of.append({"scene": spoken_of[-1]["scene"], "focus": ()})
        wanted = lesson_figure(lesson.figure, lesson.slug, spoken_of, data)
    if wanted in {entry.slug for entry in CONTENTS}:
        st.switch_page(CONTENTS[place_of(wanted)[0] - 1].file)
    with text, st.container(key="lesson_text", gap="small"):
        _head(lesson, entry, number)
        count = 0
        for at, section in enumerate(lesson.sections):
            count = _section(at, section, count)
        with st.container(key=f"section_{len(lesson.sections)}"):
            st.fragment(_check)(lesson.slug, lesson.question)
            _try_it(lesson)
        _sources(lesson)
        _neighbours(before, after)
        progress.restore()


def _head(lesson: Lesson, entry: Entry, number: int) -> None:
    done = progress.learned()
    words = f"Lesson {number} of {len(CONTENTS)} · {lesson.minutes} minutes of reading"
    checked = f" · {len(done)} of {len(CONTENTS)} questions answered" if done else ""
    st.html(f'<p class="ppo-kicker">{words}{checked}</p>')
    st.title(entry.title, anchor=False)
    st.html(f'<p class="ppo-lead">{lesson.lead}</p>')


def _section(at: int, section: Section, count: int) -> int:
    """Draws one section; returns how many symbols the page's equations have so far."""
    with st.container(key=f"section_{at}", gap="small"):
        st.subheader(section.title, anchor=False)
        st.html(_to_figure(section.title))
        for block in section.blocks:
            if isinstance(block, Equation):
                st.markdown(f"$$\n{block.marked(count)}\n$$")
                st.html(block.legend(count))
                count += len(block.symbols)
            elif isinstance(block, Source):
                st.code(block.code, language="python", wrap_lines=True)
                st.caption(f"Printed from `{block.where}` as this server runs it.")
            else:
                st.markdown(block)
    return count


def _to_figure(title: str) -> str:
    """A button that only the keyboard finds: from this section to the figure, as the section shows it."""
    words = "To the figure; Esc leads back"
    return f'<button type="button" class="ppo-to-figure" aria-label="{words}: {html.escape(title)}">{words}</button>'


def _check(slug: str, question: Question) -> None:
    st.subheader("Check yourself", anchor=False)
    answers = [answer for answer, _ in question.options]
    chosen = st.radio(question.text, answers, index=None, key=f"answer_{slug}", persist_state="session")
    if chosen is None:
        return
    at = answers.index(chosen)
    if at == question.right:
        st.success(f"Yes. {question.options[at][1]}")
        progress.note(slug)
    else:
        st.warning(f"Not quite. {question.options[at][1]}")


def _try_it(lesson: Lesson) -> None:
    st.subheader("Try it in the Lab", anchor=False)
    experiment = lesson.experiment
    setup.forget_url(experiment.knobs)
    st.markdown(experiment.announced)
    with st.container(key="try_it"):
        st.page_link(LAB, label="Try it in the Lab", query_params=experiment.knobs)
    st.markdown(f"**Look for:** {experiment.look_for}")


def _sources(lesson: Lesson) -> None:
    st.subheader("Sources", anchor=False)
    st.markdown("\n".join(f"- [{title}]({url})" for title, url in lesson.sources))


def _neighbours(before: Entry | None, after: Entry | None) -> None:
    with st.container(key="neighbours", horizontal=True):
        if before:
            st.page_link(before.file, label=f"← {before.title}")
        if after:
            st.page_link(after.file, label=f"{after.title} →")
