"""The weight of whole trajectories beside that of one step: ∏ rₜ collapses or explodes where rₜ hardly leaves 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

PARTS = ("min", "low", "median", "high", "max")
RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")


def power(log: float) -> str:
    """exp(``log``) as text: "0.43", and beyond a hundredfold a power of ten, "10⁻³·¹"."""
    if not math.isfinite(log):
        return "–"
    exponent = log / math.log(10)
    if abs(exponent) < 2:
        return f"{math.exp(log):.3g}"
    return "10" + f"{exponent:.{1 if abs(exponent) < 9.95 else 0}f}".translate(RAISED)


def strip(detail: Mapping[str, Any]) -> dict[str, Any] | None:
    """Words and the quantiles, in powers of ten, of an update's trajectory products; None where none were kept.

    ``product`` and ``step`` are (min, ¼, ½, ¾, max), ``step`` None and the quartiles at the median in runs from before
    they were kept; ``text`` is short, ``says`` is a sentence or two.
    """
    kept = {name: float(value) for name, value in detail.get("trajectories", {}).items()}
    if "log_product_median" not in kept:
        return None
    length = round(kept["mean_length"])
    low, middle, high = (power(kept[f"log_product_{part}"]) for part in ("min", "median", "max"))
    text = f"∏ r over {length} steps: {middle} ({low} to {high})"
    says = (
        f"The weight of a whole trajectory is the product of its steps' ratios: over {length} steps on average, median"
        f" {middle}, from {low} to {high}."
    )
    if "log_step_mean" in kept:
        mean = kept["log_step_mean"]
        step = f"{math.exp(mean):.4f}" if math.isfinite(mean) else "–"
        text, says = f"{text} · one step {step}", f"{says} One step weighs {step} in the geometric mean."
    return {
        "text": text, "says": f"{says} {verdict(kept)}", "product": _quantiles(kept, "log_product"),
        "step": _quantiles(kept, "log_step"),
    }  # fmt: skip


def _quantiles(kept: Mapping[str, float], name: str) -> list[float] | None:
    if f"{name}_median" not in kept:
        return None
    return [_finite(kept.get(f"{name}_{part}", kept[f"{name}_median"]) / math.log(10)) for part in PARTS]


def verdict(kept: Mapping[str, float]) -> str:
    """What an estimate weighted by these products would be worth."""
    median, most = kept["log_product_median"], kept["log_product_max"]
    if median < math.log(0.1) and most > math.log(10):
        return "Most collapse and a few explode: an estimate weighted by them hangs on those few."
    if median < math.log(0.1):
        return "They collapse: an estimate weighted by them forgets most trajectories."
    if most > math.log(10):
        return "Some explode: an estimate weighted by them hangs on those few."
    return "They stay near 1: the policy has hardly moved, or the pieces are short."


def _finite(value: float) -> float:
    return max(-300.0, min(300.0, value)) if value == value else 0.0
