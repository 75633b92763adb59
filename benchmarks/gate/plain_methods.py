"""What is commonly done to find which function became slower, in a few lines each.

Every method takes both sides' hits by run and function, of shape ``(runs, functions)``, and the
hits of each whole run, of shape ``(runs,)``. It answers, of shape ``(functions,)``, how sure it
is: a p-value for "more than before", small where it is sure; or for a threshold 0 where it is
passed, else 1. A function that was never hit has 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import bdtrc, stdtr

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

__all__ = ["METHODS", "Method", "Sides", "adjusted", "binomial", "points", "relative", "welch"]

Method: TypeAlias = "Callable[[Sides], npt.NDArray[np.float64]]"

POINTS = 0.01
RELATIVE, SHARE_AT_LEAST = 0.2, 0.01


@dataclass(frozen=True)
class Sides:
    """Baseline and candidate: hits by run and function, and by run."""

    base: npt.NDArray[np.int64]
    candidate: npt.NDArray[np.int64]
    base_hits: npt.NDArray[np.int64]
    candidate_hits: npt.NDArray[np.int64]

    @property
    def shares(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Each run's shares by function, of both sides."""
        return (
            self.base / self.base_hits[:, np.newaxis],
            self.candidate / self.candidate_hits[:, np.newaxis],
        )


def points(sides: Sides) -> npt.NDArray[np.float64]:
    """Mean share has risen by more than so many percentage points."""
    base, candidate = (shares.mean(axis=0) for shares in sides.shares)
    return np.where(candidate - base > POINTS, 0.0, 1.0)


def relative(sides: Sides) -> npt.NDArray[np.float64]:
    """Mean share has risen by more than a fifth, and is not tiny."""
    base, candidate = (shares.mean(axis=0) for shares in sides.shares)
    passed = (candidate > base * (1 + RELATIVE)) & (candidate > SHARE_AT_LEAST)
    return np.where(passed, 0.0, 1.0)


def binomial(sides: Sides) -> npt.NDArray[np.float64]:
    """All hits of a side together, as if each were independent: one-sided, exact.

    Given a function's hits on both sides, those of the candidate are binomial with the candidate's
    part of all hits.
    """
    base, candidate = sides.base.sum(axis=0), sides.candidate.sum(axis=0)
    part = sides.candidate_hits.sum() / (sides.base_hits.sum() + sides.candidate_hits.sum())
    both = base + candidate
    # bdtrc(k, n, p) is the chance of more than k.
    p = bdtrc(np.maximum(candidate - 1, 0), np.maximum(both, 1), part)
    return np.where(candidate > 0, p, 1.0)


def welch(sides: Sides) -> npt.NDArray[np.float64]:
    """Welch's t-test on the runs' shares, one-sided; nothing is found with one run a side."""
    shares = sides.shares
    runs = [len(side) for side in shares]
    if min(runs) < 2:
        return np.ones(sides.base.shape[1])
    base, candidate = (side.mean(axis=0) for side in shares)
    errors = [side.var(axis=0, ddof=1) / count for side, count in zip(shares, runs, strict=True)]
    error = errors[0] + errors[1]
    varies = error > 0
    safe = np.where(varies, error, 1.0)
    by_side = sum(e**2 / (n - 1) for e, n in zip(errors, runs, strict=True))
    freedom = safe**2 / np.where(varies, by_side, 1.0)
    return np.where(varies, stdtr(freedom, (base - candidate) / np.sqrt(safe)), 1.0)


def adjusted(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Benjamini-Hochberg: the smallest false discovery rate at which each is found."""
    order = np.argsort(p)[::-1]
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    answer = np.empty_like(p)
    answer[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return answer


def _seen(method: Method) -> Method:
    """Adjust over those functions that were hit at all."""

    def both(sides: Sides) -> npt.NDArray[np.float64]:
        p = method(sides)
        seen = (sides.base.sum(axis=0) + sides.candidate.sum(axis=0)) > 0
        p[seen] = adjusted(p[seen])
        return p

    return both


METHODS: dict[str, Method] = {
    "share + 1 point": points,
    "share + 20 %": relative,
    "binomial": binomial,
    "binomial, BH": _seen(binomial),
    "Welch": welch,
    "Welch, BH": _seen(welch),
}
