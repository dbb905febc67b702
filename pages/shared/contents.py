"""The table of contents of Learn: every lesson's file, title and URL, in the order in which they are read."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One lesson: its page file, its title in the menu, and its path in the URL."""

    file: str
    title: str
    slug: str


CONTENTS = (
    Entry("pages/learn/policy_gradients.py", "Policy gradients", "learn-policy-gradients"),
    Entry("pages/learn/importance_sampling.py", "Importance sampling", "learn-importance-sampling"),
    Entry("pages/learn/trust_region.py", "Trust region", "learn-trust-region"),
    Entry("pages/learn/kl_penalty.py", "KL penalty", "learn-kl-penalty"),
    Entry("pages/learn/clipping.py", "Clipping", "learn-clipping"),
    Entry("pages/learn/advantages.py", "Advantages", "learn-advantages"),
    Entry("pages/learn/ppo_loop.py", "PPO, the loop", "learn-ppo-loop"),
)


def place_of(slug: str) -> tuple[int, Entry | None, Entry | None]:
    """Where a lesson stands: its number from 1, the lesson before it and the one after it."""
    slugs = [entry.slug for entry in CONTENTS]
    at = slugs.index(slug)
    before = CONTENTS[at - 1] if at else None
    after = CONTENTS[at + 1] if at + 1 < len(CONTENTS) else None
    return at + 1, before, after
