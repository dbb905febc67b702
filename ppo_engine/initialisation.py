"""How weights begin: orthogonal matrices, with the gains that Stable-Baselines3 uses for each place."""

from __future__ import annotations

import math

import numpy as np

GAIN_HIDDEN, GAIN_POLICY, GAIN_VALUE = math.sqrt(2), 0.01, 1.0


def orthogonal(rng: np.random.Generator, shape: tuple[int, ...], gain: float) -> np.ndarray:
    """A matrix with orthonormal rows or columns, times ``gain``. Source: Saxe et al. 2014, arXiv 1312.6120."""
    rows, columns = shape
    matrix = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(matrix)
    q *= np.sign(np.diag(r))
    return (gain * (q.T if rows < columns else q)).astype(np.float32)
