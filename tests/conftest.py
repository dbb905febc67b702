"""Settings for every test: one BLAS thread, a runs folder that is never the visitor's, and measured figures told."""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import pytest  # noqa: E402  (BLAS reads its thread count when NumPy is first imported)


@pytest.fixture(autouse=True)
def _own_runs_folder(tmp_path, monkeypatch):
    """Point PPO_RUNS at the test's own folder."""
    monkeypatch.setenv("PPO_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def tell(record_property):
    """Keeps a measured figure for the summary: timings are told, never asserted."""
    return lambda text: record_property("measured", text)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With two at a time (``pytest -n 2``): browsers and killed processes in line, the rest beside them by file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByRoom(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            return "in line" if file.startswith(("tests/browser/", "tests/jobs/")) else file

    return ByRoom(config, log)


def pytest_terminal_summary(terminalreporter):
    """The figures that tests have measured, above pytest's closing line."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    told = [
        f"{report.nodeid.split('::')[-1]}: {value}"
        for report in reports if report.when == "call"
        for name, value in report.user_properties if name == "measured"
    ]  # fmt: skip
    if told:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(told))
