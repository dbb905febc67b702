"""The lessons as data: what each page of pages/learn/ shows, without showing it."""

from __future__ import annotations

import importlib
from unittest import mock

from pages.shared.contents import CONTENTS
from pages.shared.lesson_blocks import Lesson
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.presets import build_config


def lessons() -> dict[str, Lesson]:
    """Every lesson by its slug."""
    with mock.patch("pages.shared.lesson.show"):
        modules = [importlib.import_module(entry.file.removesuffix(".py").replace("/", ".")) for entry in CONTENTS]
    return {module.LESSON.slug: module.LESSON for module in modules}


def experiment(lesson: Lesson, **changes) -> TrainConfig:
    """What the lesson's button loads into the Lab, as a config; ``changes`` win."""
    named, knobs = {}, {}
    for name, text in lesson.experiment.knobs.items():
        if name in ("env", "preset", "objective"):
            named["env_id" if name == "env" else name] = text
        else:
            knobs[name] = KNOBS[name].check(text)
    return build_config(**{**named, **knobs, **changes})
