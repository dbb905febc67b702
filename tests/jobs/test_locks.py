"""Locks: one holder, free at the holder's death, and no child or onlooker gets in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from ppo_engine.jobs.locks import FileLock, is_held
from tests.jobs.killing import wait_until

HOLD = """
import sys, time
from ppo_engine.jobs.locks import FileLock
print(FileLock(sys.argv[1]).acquire(float(sys.argv[2])), flush=True)
time.sleep(60)
"""
HOLD_AND_FORK = """
import multiprocessing, sys, time
from ppo_engine.jobs.locks import FileLock
lock = FileLock(sys.argv[1])
assert lock.acquire()
child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def start(program: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


def test_one_holder_at_a_time(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire() and not second.acquire() and is_held(tmp_path / "lock")
    first.release()
    assert not is_held(tmp_path / "lock") and second.acquire()
    second.release()


def test_looking_makes_no_file_and_stops_no_starter(tmp_path):
    assert not is_held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()
    for _ in range(200):
        lock = FileLock(tmp_path / "lock")
        assert lock.acquire()
        assert is_held(tmp_path / "lock")
        lock.release()


def test_four_starters_one_winner(tmp_path):
    processes = [start(HOLD, str(tmp_path / "lock"), "0.3") for _ in range(4)]
    try:
        answers = [process.stdout.readline().strip() for process in processes]
        assert sorted(answers) == ["False", "False", "False", "True"]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_stopped_process_still_holds_and_a_killed_one_does_not(tmp_path):
    process = start(HOLD, str(tmp_path / "lock"), "0")
    try:
        assert process.stdout.readline().strip() == "True"
        process.send_signal(signal.SIGSTOP)
        assert is_held(tmp_path / "lock")
    finally:
        process.kill()
        process.wait()
    assert not is_held(tmp_path / "lock")


def test_a_forked_child_does_not_hold_the_lock_of_its_dead_parent(tmp_path):
    process = start(HOLD_AND_FORK, str(tmp_path / "lock"))
    child = int(process.stdout.readline())
    try:
        assert is_held(tmp_path / "lock")
        process.kill()
        process.wait()
        # The child may still be on its way out of fork, where it drops the lock.
        wait_until(lambda: not is_held(tmp_path / "lock"), seconds=10)
        os.kill(child, 0)
    finally:
        process.kill()
        os.kill(child, signal.SIGKILL)
