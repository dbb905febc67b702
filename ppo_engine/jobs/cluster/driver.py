"""The driver: connects to Ray in a process of its own, carries out orders, and watches over the tasks of a runs folder.

``python -m ppo_engine.jobs.cluster.driver RUNS``; started by the supervisor. It ends when it has had nothing to do for
a while, and exits with status 75 when another one is there. Whatever dies, here or there, goes on from the last
checkpoint: with the driver go its tasks and its sink, and with the sink the locks.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from ppo_engine.jobs.cluster.orders import KILL, START, ClusterFolder, ClusterState
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import ONE_THREAD, ROOT, LocalLauncher
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.worker import LOCK_SECONDS, TAKEN, one_thread

FAILED = 1
TICK, LOOK_EVERY = 0.05, 1.0
IDLE_SECONDS = 30.0
ANSWER = 120.0
REACHED = 10.0
SCRATCH = "ppo-ray-"
STORE_BYTES = 80 << 20
HANDED_ON = ("PPO_MODULES", "PPO_ALLOW_MODULES")
# A busy machine may take minutes over what Ray gives seconds; and nothing is reported to anybody.
PATIENCE = {
    "RAY_worker_register_timeout_seconds": "300", "RAY_agent_register_timeout_ms": "300000",
    "RAY_gcs_rpc_server_connect_timeout_s": "60", "RAY_USAGE_STATS_ENABLED": "0",
}  # fmt: skip
LOOPBACK = ("127.0.0.1", "localhost")


class Driver:
    """Ray, the sink, and the tasks that are out."""

    def __init__(self, runs: Path, place: ClusterFolder):
        self.runs, self.place = runs, place
        connect(place)
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        from ppo_engine.jobs.cluster.sink import Sink
        from ppo_engine.jobs.cluster.task import train_apart

        self.ray = ray
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        options: dict[str, Any] = {"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": here}
        self.sink: Any = ray.remote(Sink).options(**options).remote(str(runs))
        self.task: Any = ray.remote(num_cpus=1, max_retries=-1, max_calls=1)(train_apart)
        self.out: dict[str, Any] = {}
        self._due = 0.0
        self._idle_since = time.monotonic()

    def look(self) -> bool:
        """Carry out orders and let go of what has ended; whether there may be more to do."""
        for run_id, order in self.place.orders():
            if order == KILL:
                self._kill(run_id)
            elif run_id not in self.out:
                self._start(run_id)
        self._let_go()
        now = time.monotonic()
        if now >= self._due:
            self._due = now + LOOK_EVERY
            alive = [node for node in self.ray.nodes() if node["Alive"]]
            self.place.tell(ClusterState(int(sum(node["Resources"].get("CPU", 0) for node in alive)), len(alive)))
        if self.out:
            self._idle_since = now
        return now - self._idle_since < IDLE_SECONDS

    def _start(self, run_id: str) -> None:
        if self.ray.get(self.sink.reserve.remote(run_id), timeout=ANSWER):
            self.out[run_id] = self.task.remote(run_id, self.sink)
        self.place.done(run_id, START)

    def _kill(self, run_id: str) -> None:
        self.place.done(run_id, START)
        if run_id in self.out:
            self.ray.cancel(self.out[run_id], force=True)
            # From now on nothing of it is written, however long its node takes to hear of this.
            self.ray.get(self.sink.release.remote(run_id), timeout=ANSWER)
        self.place.done(run_id, KILL)

    def _let_go(self) -> None:
        if not self.out:
            return
        names = {reference: run_id for run_id, reference in self.out.items()}
        ended, _ = self.ray.wait(list(names), num_returns=len(names), timeout=0)
        for reference in ended:
            run_id = names[reference]
            try:
                said = self.ray.get(reference, timeout=ANSWER)
            except self.ray.exceptions.TaskCancelledError:
                said = "the task was ended from outside"
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
            if said:
                self._note(run_id, said)
            self.ray.get(self.sink.release.remote(run_id), timeout=ANSWER)
            del self.out[run_id]

    def _note(self, run_id: str, said: str) -> None:
        folder = RunFolder(self.runs, run_id)
        if folder.exists():
            with open(folder.log, "a", encoding="utf-8") as log:
                log.write(said.rstrip() + "\n")

    def close(self) -> None:
        """Leave Ray, which ends the tasks that are out; a Ray that was started for this ends with it."""
        self.ray.shutdown()
        remove_scratch(self.place)


def remove_scratch(place: ClusterFolder) -> None:
    """Remove the folder of a Ray whose driver was killed before it could."""
    with contextlib.suppress(OSError):
        left = Path(place.scratch.read_text(encoding="utf-8"))
        if left.parent == Path(tempfile.gettempdir()) and left.name.startswith(SCRATCH):
            shutil.rmtree(left, ignore_errors=True)
        place.scratch.unlink()


def connect(place: ClusterFolder) -> None:
    """Connect to the Ray cluster that RAY_ADDRESS names, else start one of this machine, on the loopback only.

    Raises OSError if nobody answers at the address, and what Ray raises.
    """
    address = os.environ.get("RAY_ADDRESS", "")
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    options: dict[str, Any] = {"address": address}
    if not address or address.rpartition(":")[0] in LOOPBACK:
        # Ray's own switch for machines that are no cluster: 127.0.0.1 stays what it is, and nobody else can connect.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if not address:
        # Token authentication is Ray's default for a local cluster; the token need not outlive it.
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        scratch = tempfile.mkdtemp(prefix=SCRATCH)
        place.scratch.write_text(scratch, encoding="utf-8")
        options = {
            "address": "local", "num_cpus": LocalLauncher().capacity(), "num_gpus": 0, "include_dashboard": False,
            "object_store_memory": STORE_BYTES, "_temp_dir": scratch,
        }  # fmt: skip
    elif ":" in address.rpartition("/")[2]:
        # Ray itself would try for minutes.
        host, _, port = address.rpartition("/")[2].rpartition(":")
        socket.create_connection((host, int(port)), REACHED).close()
    import ray

    passed = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    environment = {
        "py_modules": [str(ROOT / "ppo_engine")], "excludes": ["*.mp4", "*.npz", "__pycache__"],
        "env_vars": {**ONE_THREAD, **passed},
    }  # fmt: skip
    ray.init(runtime_env=environment, log_to_driver=False, logging_level="warning", **options)


def main(arguments: list[str]) -> int:
    """Serve the orders of a runs folder until there are none for a while; an exit status."""
    one_thread()
    runs = Path(arguments[0])
    place = ClusterFolder(runs)
    place.path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.lock)
    if not lock.acquire(LOCK_SECONDS):
        return TAKEN
    place.tell(ClusterState())
    remove_scratch(place)
    ended: list[int] = []
    try:
        driver = Driver(runs, place)
    except Exception as error:
        traceback.print_exc()
        lines = str(error).strip().splitlines() or [""]
        where = os.environ.get("RAY_ADDRESS") or "this machine"
        place.tell(ClusterState(problem=f"Ray on {where} cannot be used: {type(error).__name__}: {lines[0][:300]}"))
        return FAILED
    # Ray sets a handler of its own while it connects.
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while not ended and runs.is_dir() and driver.look():
            time.sleep(TICK)
    finally:
        place.tell(ClusterState())
        driver.close()
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
