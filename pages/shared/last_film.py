"""The film of a run's last policy: awaited when the run ends, and asked for where nobody had one made."""

from __future__ import annotations

import contextlib
import time

from pages.shared.feed import Feed
from ppo_engine.jobs.control import request_video, runs_folder
from ppo_engine.jobs.folders import UnknownRun

# A run that is seen to end is filmed unasked; only a film that was lost on the way is asked for.
ASK_AFTER, PATIENCE = 20.0, 200.0


def awaited(feed: Feed) -> bool:
    """Whether a run that goes on no more may still get the film of its last policy, so that the page looks on."""
    if feed.over_since is None or not feed.last_update:
        return False
    if feed.films and feed.films[-1].update >= feed.last_update:
        return False
    waited = time.monotonic() - feed.over_since
    if not feed.film_asked and (not feed.seen_to_end or waited > ASK_AFTER):
        feed.film_asked = True
        with contextlib.suppress(UnknownRun, OSError):
            request_video(runs_folder(), feed.run_id, feed.last_update)
    return waited < PATIENCE
