"""Whether the runs folder's file system keeps file locks between processes, and SQLite's write-ahead log."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ppo_engine.jobs.launcher import ROOT
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.preflight import Context, Mend

ELSEWHERE = "name a folder on a local disk in PPO_RUNS (network and synchronised folders often cannot)"
HOLDER = """
import sys
from ppo_engine.jobs.locks import FileLock
lock = FileLock(sys.argv[1])
print(lock.acquire(5.0), flush=True)
sys.stdin.read()
"""


def check(context: Context) -> str:
    """A lock held by another process, a database read while it is written, and a file replaced."""
    runs = Path(context.runs)
    try:
        runs.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="preflight-", dir=runs))
    except OSError as error:
        raise Mend(f"Nothing can be written into the runs folder ({error.strerror}): {ELSEWHERE}.") from error
    try:
        _locks(folder / "lock")
        _database(folder / "wal.db")
        seconds = _replaced(folder / "file")
    finally:
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                path.unlink()
        folder.rmdir()
    return f"Both hold between processes; a safe write takes {1000 * seconds:.1f} ms."


def _locks(path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(path)]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None and holder.stdout is not None
    try:
        took = holder.stdout.readline().strip() == b"True"
        seen = is_held(path)
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
    if not took or not seen:
        raise Mend(f"File locks do not hold between processes on the runs folder: {ELSEWHERE}.")
    if is_held(path):
        raise Mend(f"A file lock outlives the process that held it on the runs folder: {ELSEWHERE}.")


def _database(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path)) as writer:
            mode = writer.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            writer.execute("CREATE TABLE t (x)")
            writer.execute("INSERT INTO t VALUES (7)")
            writer.commit()
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
                seen = reader.execute("SELECT x FROM t").fetchall()
    except sqlite3.Error as error:
        raise Mend(f"SQLite cannot work on the runs folder ({error}): {ELSEWHERE}.") from error
    if mode != "wal" or seen != [(7,)]:
        raise Mend(f"SQLite keeps no write-ahead log on the runs folder: {ELSEWHERE}.")


def _replaced(path: Path) -> float:
    began = time.perf_counter()
    fresh = path.with_suffix(".tmp")
    with open(fresh, "wb") as file:
        file.write(b"x" * 40_000)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    return time.perf_counter() - began
