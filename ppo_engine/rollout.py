"""A fixed group of environments rolls n_steps with its own use of the policy, and writes what it saw into arrays.

The groups depend on ``n_envs`` alone, never on the number of processes, and every environment has its own stream of
action noise: so the numbers are the same bit for bit however many processes share the groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ppo_engine.actor_critic import Network
from ppo_engine.config import TrainConfig
from ppo_engine.distributions import HALF_LOG_2PI
from ppo_engine.env_slot import EnvSlot
from ppo_engine.envs import describe
from ppo_engine.normalisation import normalise_observations, normalises
from ppo_engine.policy_distribution import distribution_of

GROUP_SIZE = 8
POLL_EVERY = 16

Arrays = dict[str, np.ndarray]


def rollout_layout(config: TrainConfig, parameters: int) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Name → (shape, dtype) of every array that a rollout fills or reads; T × N first where it is a rollout's."""
    info = describe(config.env_id)
    steps, envs, obs, act = config.n_steps, config.n_envs, info.obs_dim, info.action_dim
    return {
        "parameters": ((parameters,), np.float32),
        "obs_mean": ((obs,), np.float64),
        "obs_var": ((obs,), np.float64),
        "observations": ((steps, envs, obs), np.uint8 if info.image else np.float32),
        "raw_observations": ((steps if normalises(config) else 0, envs, obs), np.float32),
        "actions": _actions_layout(config),
        "policy": ((steps, envs, act), np.float32),
        "log_probs": ((steps, envs), np.float32),
        "rewards": ((steps, envs), np.float64),
        "dones": ((steps, envs), np.bool_),
        "values": ((steps + 1, envs), np.float32),
        "final_values": ((steps, envs), np.float32),
        "episodes": ((envs, steps, 3), np.float64),
        "episode_counts": ((envs,), np.int64),
    }


def _actions_layout(config: TrainConfig) -> tuple[tuple[int, ...], Any]:
    info, rows = describe(config.env_id), (config.n_steps, config.n_envs)
    if info.parts:
        return (*rows, len(info.parts)), np.int64
    return (rows, np.int64) if info.discrete else ((*rows, info.action_dim), np.float32)


def env_groups(n_envs: int) -> list[list[int]]:
    """Environment indices by group: about eight each, at least two groups so that two cores can share them."""
    count = min(n_envs, max(2, n_envs // GROUP_SIZE))
    return [part.tolist() for part in np.array_split(np.arange(n_envs), count)]


class EnvGroup:
    """Some environments, stepped together; ``arrays`` are the rollout's, shared with the trainer."""

    def __init__(self, config: TrainConfig, indices: list[int], network: Network, arrays: Arrays):
        self.config, self.network, self.arrays = config, network, arrays
        self.columns = slice(indices[0], indices[-1] + 1)
        self.first = indices[0]
        self.slots = [EnvSlot(config.env_id, config.seed, index) for index in indices]
        self.info, self._normalises = describe(config.env_id), normalises(config)
        space: Any = self.slots[0].env.action_space
        self.bounds: Any = None if self.info.discrete else (space.low, space.high)

    def roll(self, poll: Callable[[], None] | None = None) -> None:
        """Steps every environment ``n_steps`` times. ``poll`` is called now and then, to publish ended episodes."""
        steps, columns, slots = self.config.n_steps, self.columns, self.slots
        arrays = {name: array[:, columns] for name, array in self.arrays.items() if name in _BY_STEP}
        policy, values = arrays["policy"], arrays["values"]
        rewards, dones = arrays["rewards"], arrays["dones"]
        arrays["final_values"][:] = 0
        choose = self._sampler(arrays, steps)
        observed = np.empty((len(slots), self.info.obs_dim), arrays["observations"].dtype)
        for row, slot in enumerate(slots):
            observed[row] = slot.observation
        acts = [(row, slot, slot.step, slot.actions.append) for row, slot in enumerate(slots)]
        for t in range(steps):
            outputs = self.network.forward(self._see(observed, arrays, t))
            policy[t] = outputs.policy
            values[t] = outputs.values
            action = choose(t, outputs)
            reward_row, done_row = rewards[t], dones[t]
            for row, slot, step, remember in acts:
                observation, reward, terminated, truncated, _ = step(action[row])
                remember(action[row])
                reward_row[row] = reward
                slot.total += reward
                slot.length += 1
                if terminated or truncated or slot.length >= slot.limit:
                    done_row[row] = True
                    self._end(slot, row, t, None if terminated else observation)
                    observation = slot.reset()
                else:
                    done_row[row] = False
                observed[row] = observation
                slot.observation = observation
            if poll is not None and t % POLL_EVERY == 0:
                poll()
        values[steps] = self.network.forward(self._see(observed)).values
        self._log_probs(arrays)

    def _see(self, observed: np.ndarray, arrays: Arrays | None = None, t: int = 0) -> np.ndarray:
        """What the network is shown for ``observed`` ``(n, D)``; kept in ``arrays`` at step ``t`` when given."""
        seen = observed
        if self._normalises:
            seen = normalise_observations(observed, self.arrays["obs_mean"], self.arrays["obs_var"])
            if arrays is not None:
                arrays["raw_observations"][t] = observed
        if arrays is not None:
            arrays["observations"][t] = seen
        return seen

    def _sampler(self, arrays: Arrays, steps: int) -> Callable:
        """A function (t, outputs) → one action an environment, with this rollout's noise drawn beforehand."""
        actions = arrays["actions"]
        if self.info.parts:
            return self._sampler_in_parts(actions, steps)
        if self.info.discrete:
            uniform = np.stack([slot.noise.random(steps) for slot in self.slots], axis=1).astype(np.float32)[:, :, None]

            def discrete(t, outputs):
                # The ufuncs themselves: the array methods' Python costs more than these few numbers.
                weights = np.exp(outputs.policy - np.maximum.reduce(outputs.policy, axis=1, keepdims=True))
                weights = np.add.accumulate(weights, axis=1)
                chosen = np.add.reduce(weights < uniform[t] * weights[:, -1:], axis=1)
                actions[t] = chosen
                return chosen.tolist()

            return discrete
        shape = (steps, self.info.action_dim)
        normal = np.stack([slot.noise.standard_normal(shape, np.float32) for slot in self.slots], axis=1)
        log_std = self.network.views["log_std"]
        noise = np.exp(log_std) * normal
        constant = np.float32(log_std.sum() + HALF_LOG_2PI * log_std.size)
        arrays["log_probs"][:] = -0.5 * np.square(normal).sum(axis=2) - constant
        low, high = self.bounds

        def continuous(t, outputs):
            chosen = outputs.policy + noise[t]
            actions[t] = chosen
            return chosen.clip(low, high)

        return continuous

    def _sampler_in_parts(self, actions: np.ndarray, steps: int) -> Callable:
        """The same where an action is one choice in each part."""
        parts = self.info.parts
        shape = (steps, len(parts))
        uniform = np.stack([slot.noise.random(shape) for slot in self.slots], axis=1).astype(np.float32)
        ends = np.cumsum(parts)[:-1]

        def in_parts(t, outputs):
            for part, logits in enumerate(np.split(outputs.policy, ends, axis=1)):
                weights = np.exp(logits - logits.max(axis=1, keepdims=True)).cumsum(axis=1)
                actions[t, :, part] = (weights < uniform[t, :, part, None] * weights[:, -1:]).sum(axis=1)
            # The slots keep their rows until the episode ends, the array only until the next rollout.
            return actions[t].copy()

        return in_parts

    def _log_probs(self, arrays: Arrays) -> None:
        if self.info.discrete:
            kind, actions = distribution_of(True, self.info.parts), arrays["actions"]
            flat = kind(arrays["policy"].reshape(-1, self.info.action_dim))
            actions = actions.reshape(-1, *actions.shape[2:])
            arrays["log_probs"][:] = flat.log_prob(actions).reshape(arrays["log_probs"].shape)

    def _end(self, slot: EnvSlot, row: int, t: int, final: np.ndarray | None) -> None:
        """Notes an ended episode; ``final`` is the last observation if the episode was cut rather than over."""
        env = self.first + row
        counts = self.arrays["episode_counts"]
        self.arrays["episodes"][env, counts[env]] = (t, slot.total, slot.length)
        counts[env] += 1
        if final is not None:
            seen = self._see(np.asarray(final, self.arrays["observations"].dtype)[None])
            self.arrays["final_values"][t, env] = self.network.forward(seen).values[0]

    def states(self) -> Iterator[tuple[int, tuple[np.ndarray, dict]]]:
        """(environment index, slot state) of every environment here."""
        for row, slot in enumerate(self.slots):
            yield self.first + row, slot.state()


_BY_STEP = (
    "observations", "raw_observations", "actions", "policy", "log_probs", "rewards", "dones", "values", "final_values",
)
