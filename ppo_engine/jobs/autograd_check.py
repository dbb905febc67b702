"""The second source: computes the gradient that a run's worker kept once more in torch, and says how far they differ.

``python -m ppo_engine.jobs.autograd_check RUN_FOLDER``: a short-lived process of low priority, since a worker never
imports torch and must not wait for it. One at a time compares in a runs folder; exit status 75 if its turn never came.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from ppo_engine.actor_critic import shares_trunk
from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.jobs.checking import LONGEST, lock_of
from ppo_engine.jobs.comparisons import publish, read_batch
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.priority import step_back

NICE = 10
TAKEN = 75
NOT_COLUMNS = ("parameters", "gradient", "losses", "update", "config")


def compare(kept: dict[str, np.ndarray]) -> dict[str, Any]:
    """How far autograd's loss and gradient are from those that were kept beside their batch.

    ``value`` is the worse of ‖g − g'‖/‖g'‖ and the losses' |L − L'|/max(1, |L'|); ``largest`` is max |g − g'| and
    ``length`` ‖g'‖, with g' autograd's. Raises ValueError, KeyError, TypeError for what was not kept by a worker.
    """
    from ppo_engine.reference import ReferenceNetwork, losses_and_gradient

    config = TrainConfig.from_dict(json.loads(bytes(kept["config"]).decode()))
    info = describe(config.env_id)
    network = ReferenceNetwork(
        info.obs_dim, info.action_dim, config.hidden_sizes, config.activation, info.discrete, shares_trunk(config)
    )
    columns = {name: array for name, array in kept.items() if name not in NOT_COLUMNS}
    losses, gradient = losses_and_gradient(network, config, kept["parameters"], columns)
    apart = kept["gradient"].astype(np.float64) - gradient
    length = float(np.linalg.norm(gradient))
    share = float(np.linalg.norm(apart)) / max(length, 1e-12)
    loss = np.abs(kept["losses"] - losses) / np.maximum(1, np.abs(losses))
    return {
        "update": int(kept["update"]), "samples": len(kept["advantages"]), "value": max(share, float(loss.max())),
        "largest": float(np.abs(apart).max()), "length": length,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Compare, and publish what came of it beside the run; an exit status."""
    step_back(NICE)
    np.seterr(all="ignore")
    folder = RunFolder.at(arguments[0])
    lock = FileLock(lock_of(folder.runs))
    if not lock.acquire(LONGEST):
        return TAKEN
    try:
        publish(folder, compare(read_batch(folder)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{folder.path}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
