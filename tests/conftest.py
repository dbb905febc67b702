"""Settings for every test: one BLAS thread, and a runs folder that is never the visitor's own."""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import pytest  # noqa: E402  (BLAS reads its thread count when NumPy is first imported)


@pytest.fixture(autouse=True)
def _own_runs_folder(tmp_path, monkeypatch):
    """Point PPO_RUNS at the test's own folder."""
    monkeypatch.setenv("PPO_RUNS", str(tmp_path / "runs"))
