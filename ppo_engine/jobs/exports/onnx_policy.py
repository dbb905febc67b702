"""onnx: the policy for reuse without this program, and beside it a short script that flies it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.envs import make_env
from ppo_engine.jobs.exports.fly_script import fly_script
from ppo_engine.jobs.exports.formats import CannotExport, Tell
from ppo_engine.jobs.exports.onnx_graph import policy_model
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import RunView
from ppo_engine.knobs import ConfigError
from ppo_engine.plain_spaces import own_action_space
from ppo_engine.policy import Policy


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """A folder with policy.onnx and fly.py: the policy kept nearest at or before ``update`` (None: the newest).

    Raises CannotExport while nothing is kept, for an environment that is not here, or numbers that are not finite.
    """
    import onnx

    folder = folders[0]
    view = RunView(folder.runs, folder.run_id)
    try:
        config, moment = view.config, view.moment(update)
        if moment is None:
            raise CannotExport(f"Run {folder.run_id} has kept no parameters yet.")
        number, snapshot = moment
        if not np.isfinite(snapshot["parameters"]).all():
            raise CannotExport(f"The parameters after update {number} are not finite.")
        env: Any = make_env(config.env_id)
    except ConfigError as error:
        raise CannotExport(f"Run {folder.run_id} cannot be exported: {error}") from error
    try:
        model = policy_model(Policy(config, snapshot), own_action_space(env))
        script = fly_script(config.env_id, folder.run_id, number, env.metadata.get("render_modes") or ())
    finally:
        env.close()
    tell(0.5)
    told = {"run_id": folder.run_id, "env_id": config.env_id, "objective": config.objective, "update": str(number)}
    for key, value in told.items():
        model.metadata_props.add(key=key, value=value)
    path.mkdir()
    onnx.save(model, str(path / "policy.onnx"))
    (path / "fly.py").write_text(script, encoding="utf-8")
