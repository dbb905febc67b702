"""Settings for every test: one BLAS thread, a runs folder that is never the visitor's, and measured figures told."""

from __future__ import annotations

import os
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import pytest  # noqa: E402  (BLAS reads its thread count when NumPy is first imported)

HERE = Path(__file__).parent
# What drives a browser or kills processes does so one after another; meanwhile everything else runs file by file.
ONE_AFTER_ANOTHER = ("browser", "jobs")


@pytest.fixture(autouse=True)
def _own_runs_folder(tmp_path, monkeypatch):
    """Point PPO_RUNS at the test's own folder."""
    monkeypatch.setenv("PPO_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def tell(record_property):
    """Keeps a measured figure for the summary: timings are told, never asserted."""
    return lambda text: record_property("measured", text)


def pytest_itemcollected(item):
    """Which tests share a process when two run at a time (``-n 2 --dist loadgroup``)."""
    where = item.path.relative_to(HERE).parts
    item.add_marker(pytest.mark.xdist_group("apart" if where[0] in ONE_AFTER_ANOTHER else "/".join(where)))


def pytest_terminal_summary(terminalreporter):
    """The figures that tests have measured, above pytest's closing line."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    told = [
        f"{report.nodeid.split('::')[-1].split('@')[0]}: {value}"
        for report in reports if report.when == "call"
        for name, value in report.user_properties if name == "measured"
    ]  # fmt: skip
    if told:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(told))
