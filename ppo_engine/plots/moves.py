"""The newest move of a live knob, with several moves in quick succession taken as one: what a fork can undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppo_engine.config import KNOBS
from ppo_engine.plots.packets import knob_value

CLOSE = 0.06  # of all updates: moves nearer than this are one move of the visitor's hand


class Move(NamedTuple):
    """A knob's name, its value before, and the first update that ran with another."""

    name: str
    old: Any
    update: int


def newest_move(changes: Sequence[Mapping[str, Any]], total_updates: int) -> Move | None:
    """The last move of ``changes`` (name, old, new, update), back to where the hand began; None before any."""
    if not changes:
        return None
    last = changes[-1]
    found = Move(last["name"], last["old"], last["update"])
    for change in reversed(changes[:-1]):
        if change["name"] != found.name or found.update - change["update"] > max(3, CLOSE * total_updates):
            break
        found = Move(found.name, change["old"], change["update"])
    return found


def what_if_it_had_stayed(move: Move) -> str:
    """The question that a fork from just before the move answers."""
    knob = KNOBS[move.name]
    return f"What if {knob.symbol or knob.label.lower()} had stayed {knob_value(move.name, move.old)}?"
