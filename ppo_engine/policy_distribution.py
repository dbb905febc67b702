"""Which distribution a policy has: by whether its actions are one choice, several at once, or numbers."""

from __future__ import annotations

import functools
from typing import Any

from ppo_engine.distributions import Categorical, Gaussian
from ppo_engine.product_distribution import ProductCategorical


def distribution_of(discrete: bool, parts: tuple[int, ...] = ()) -> Any:
    """Builds a distribution from (policy head, log deviation): Categorical for one choice, ProductCategorical for
    choices in ``parts`` (the number of choices in each), Gaussian for numbers."""
    if parts:
        return functools.partial(ProductCategorical, parts=parts)
    return Categorical if discrete else Gaussian
