"""A Ray cluster of two nodes on the loopback, one CPU each, for a test: python -m tests.jobs.two_nodes FOLDER.

Prints its address, then answers on standard output to each line on standard input: ``second`` lists the processes of
the second node, ``kill`` kills them. It ends, and the cluster with it, when standard input does.
"""

from __future__ import annotations

import contextlib
import json
import sys

import psutil
from ray.cluster_utils import Cluster

STORE_BYTES = 80 << 20
TRIES = 3


def processes(node) -> list[int]:
    """The pids of a node: what was started for it, and all that these started."""
    found = []
    for kind in node.all_processes.values():
        for info in kind:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(info.process.pid)
                found += [process.pid, *(child.pid for child in process.children(recursive=True))]
    return found


def of_folder(folder: str) -> list[int]:
    """The pids of all processes that Ray started with this folder for its files, whoever is their parent now."""
    here = psutil.Process().pid
    found = psutil.process_iter(["cmdline"])
    return [one.pid for one in found if one.pid != here and any(folder in part for part in one.info["cmdline"] or ())]


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()


def start(folder: str) -> tuple[Cluster, object]:
    """The cluster and its second node. On a very busy machine Ray gives up its own start, so it is tried again."""
    node = {"num_cpus": 1, "num_gpus": 0, "node_ip_address": "127.0.0.1", "object_store_memory": STORE_BYTES}
    head = {**node, "include_dashboard": False, "temp_dir": folder}
    for tries_left in reversed(range(TRIES)):
        try:
            cluster = Cluster(initialize_head=True, head_node_args=head)
            second = cluster.add_node(**node)
            cluster.wait_for_nodes(timeout=120)
            return cluster, second
        except Exception:
            kill(of_folder(folder))
            if not tries_left:
                raise
    raise AssertionError


def main(folder: str) -> None:
    cluster, second = start(folder)
    print(json.dumps(cluster.address), flush=True)
    for line in sys.stdin:
        pids = processes(second)
        if line.strip() == "kill":
            kill(pids)
        print(json.dumps(pids), flush=True)
    everything = processes(cluster.head_node) + processes(second)
    cluster.shutdown()
    kill(everything + of_folder(folder))


if __name__ == "__main__":
    main(sys.argv[1])
