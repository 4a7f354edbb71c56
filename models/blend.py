"""Several answers to one question, each with as much say as it deserved before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def blended(said: Floats, weights: Floats) -> Floats:
    """(n,) the weighted mean over the rows of ``said`` (n_ways, n) that have an answer; NaN where none has."""
    there = np.isfinite(said) & (weights > 0)[:, None]
    weight = np.where(there, weights[:, None], 0.0)
    total = weight.sum(axis=0)
    mean = (weight * np.where(there, said, 0.0)).sum(axis=0) / np.maximum(total, 1e-12)
    return np.asarray(np.where(total > 0, mean, np.nan))


def mean_squares(errors: Floats, *, least: float = 0.5) -> Floats:
    """(n_ways,) the mean squared error of each row of (n_ways, n), where it is known; NaN for a row that has fewer than
    ``least`` of the answers that the fullest row has."""
    known = np.isfinite(errors)
    n = known.sum(axis=1)
    sums = (np.where(known, errors, 0.0) ** 2).sum(axis=1)
    return np.asarray(np.where((n > 0) & (n >= least * n.max(initial=0)), sums / np.maximum(n, 1), np.nan))


def weights_of(squares: Floats, *, power: float) -> Floats:
    """(n_ways,) that sum to 1, from mean squared errors (NaN where one was not scored): the better the more say, by the
    ``power`` of the ratio. All alike where none was scored."""
    scored = np.isfinite(squares)
    if not scored.any():
        return np.full(len(squares), 1.0 / len(squares))
    safe = np.maximum(np.where(scored, squares, np.inf), 1e-12)
    raw = (float(safe.min()) / safe) ** power
    return np.asarray(raw / raw.sum())
