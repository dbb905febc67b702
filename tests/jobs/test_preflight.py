"""Preflight: what each check finds on a good machine, what it says of a bad one, and that nothing outlives its time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ppo_engine.jobs.addresses import is_loopback
from ppo_engine.jobs.guards import MEGABYTE
from ppo_engine.jobs.preflight import (
    CHECKS,
    NAMES,
    Check,
    Context,
    Mend,
    address,
    disk,
    kept,
    offline,
    packages,
    storage,
)
from ppo_engine.jobs.preflight.survey import survey
from tests.jobs.killing import wait_until

ROOT = Path(__file__).resolve().parents[2]


def doctor(runs, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "ppo_engine", "doctor", "--runs", str(runs), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)


@pytest.fixture
def port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_on_this_machine_all_is_well(tmp_path, port):
    done = doctor(tmp_path / "runs", "--json", "--port", str(port))
    *checks, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert {check["check"] for check in checks} == set(NAMES)
    assert [check["sentence"] for check in checks if not check["ok"]] == []
    assert last == {"event": "finished", "ok": True, "checks": len(CHECKS), "bad": []} and done.returncode == 0
    assert (tmp_path / "runs" / "preflight.mp4").stat().st_size > 1000
    assert not list((tmp_path / "runs").glob("preflight-*")), "what the checks needed is gone"


def test_one_bad_check_is_named_and_ends_with_status_1(tmp_path, port):
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = doctor(tmp_path, "--only", "address", "disk", "--port", str(port))
    assert done.returncode == 1
    assert f"✗ Port and address: Port {port} is taken by another program" in done.stdout
    assert "✓ Disk space" in done.stdout and done.stdout.endswith("1 of 2 to mend: address.\n")


def test_an_unknown_check_is_bad_input(tmp_path):
    done = doctor(tmp_path, "--only", "weather")
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "weather" in done.stderr and "packages" in done.stderr


def test_a_check_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    late = Check("workers", "Workers", 1.5)
    found = [finding for finding in survey(Context(str(tmp_path)), checks=(late,)) if finding.state != "checking"]
    assert [finding.state for finding in found] == ["bad"] and "had not ended after 2 s" in found[0].sentence
    here = psutil.Process()
    assert not [child for child in here.children(recursive=True) if "preflight" in " ".join(child.cmdline())]


def test_pins_follow_the_python_that_runs():
    text = "# words\na==1.2.3\nb[box2d]==4.5\nc==7; python_version >= \"3.11\"\nc==6; python_version < \"3.11\"\n"
    assert packages.pinned(text, 12) == {"a": "1.2.3", "b": "4.5", "c": "7"}
    assert packages.pinned(text, 10) == {"a": "1.2.3", "b": "4.5", "c": "6"}


def test_another_version_is_named_with_the_one_that_is_pinned(monkeypatch, tmp_path):
    real = packages.metadata.version
    monkeypatch.setattr(packages.metadata, "version", lambda name: "0.0.1" if name == "numpy" else real(name))
    with pytest.raises(Mend, match=r"numpy is 0\.0\.1, 2\.\d+\.\d+ is pinned: run pip install"):
        packages.check(Context(str(tmp_path)))


def test_a_full_disk_is_told_with_what_is_free(monkeypatch, tmp_path):
    full = shutil._ntuple_diskusage(10**12, 10**12 - 30 * MEGABYTE, 30 * MEGABYTE)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda path: full)
    with pytest.raises(Mend, match="30 MB are free where the runs lie"):
        disk.check(Context(str(tmp_path)))


def test_a_runs_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Mend, match="Nothing can be written into the runs folder"):
        storage.check(Context(str(tmp_path / "file" / "runs")))


def test_an_address_that_others_reach_is_told(monkeypatch, tmp_path, port):
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    with pytest.raises(Mend, match=r"listen on 0\.0\.0\.0, where others on the network reach it"):
        address.check(Context(str(tmp_path), port))
    assert [is_loopback(at) for at in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "192.168.1.5", "example.org")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "arguments", "host"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80)), ""),
        ("socket.connect", (None, ("::1", 80, 0, 0)), ""),
        ("socket.connect", (None, "/tmp/a.sock"), ""),
        ("socket.connect", (None, ("10.1.2.3", 443)), "10.1.2.3"),
        ("socket.getaddrinfo", ("example.org", 443, 0, 0, 0), "example.org"),
        ("socket.getaddrinfo", (b"example.org", 443, 0, 0, 0), "example.org"),
        ("socket.gethostbyname", ("localhost",), ""),
        ("open", ("example.org",), ""),
    ],
)
def test_what_counts_as_asking_the_network(event, arguments, host):
    assert offline.outside(event, arguments) == host


def others_of(folder):
    """Processes but this one that name the folder."""
    mine = [one for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or ())]
    return [one for one in mine if one.pid != os.getpid()]


def test_the_survey_that_a_page_follows_can_be_cancelled(tmp_path, port):
    kept.begin(tmp_path, port)
    assert kept.standing(tmp_path).going and len(kept.standing(tmp_path).findings) == len(CHECKS)
    wait_until(lambda: kept.standing(tmp_path).ended > 0, 60)
    kept.cancel(tmp_path)
    wait_until(lambda: not kept.standing(tmp_path).going, 60)
    stands = kept.standing(tmp_path)
    assert {finding.state for finding in stands.findings} >= {"good", "cancelled"} and not stands.good
    wait_until(lambda: not others_of(tmp_path), 60)
    assert kept.standing(tmp_path / "elsewhere") == kept.Standing(False, (), float("inf"))
