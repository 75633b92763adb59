"""What a comparison could have found, and how many runs would find what it left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.gate.comparing import hit_of
from profkit.gate.culprits import has_moved
from profkit.gate.measuring import MEASURES
from profkit.statistics import lone_distance, runs_needed, smallest_found, variance

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.gate.comparing import Hit, Sides

__all__ = ["Open", "open_change", "smallest_function", "smallest_whole"]

_NOTABLE = 5.0
"""A change of so many times the least effect that may be there is not passed over."""
_LIKELY = 0.001
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Open:
    """A change that may well be there, and how many runs a side would decide; None if none do."""

    hit: Hit
    runs: int | None


def _level(sides: Sides) -> float:
    """Return the level at which a single function's test decides, among all of its family."""
    tests = sum(len(sides.tested[measure][0]) for measure in MEASURES[:2])
    return sides.level / max(tests, 1)


def smallest_function(sides: Sides) -> float:
    """Return the smallest cost of a new function that nine of ten such comparisons find.

    It is a share of the base's whole; infinite where even a half of it would not be found.
    """
    base, candidate = sides.runs
    share = np.linspace(0, 0.5, _STEPS + 1)[1:] * sides.base_whole
    if base + candidate == 2:  # noqa: PLR2004 (nothing tells how runs differ)
        unit, spread = float(sides.unit.mean()), sides.spread
        reached = lone_distance(np.zeros_like(share), share - sides.least, unit, spread)
        wanted = smallest_found(1.0, spread.freedom, level=_level(sides))
        return _first(share[reached >= wanted], sides)
    mean = share * candidate / (base + candidate)
    scatter = variance(mean, float(sides.unit.mean()), sides.mean_whole, sides.spread)
    scatter *= 1 / base + 1 / candidate
    freedom = sides.spread.freedom + max(base + candidate - 2, 0)
    needed = smallest_found(np.sqrt(scatter), freedom, least=sides.least, level=_level(sides))
    return _first(share[share >= needed], sides)


def _first(found: npt.NDArray[np.float64], sides: Sides) -> float:
    return float(found[0] / sides.base_whole) if len(found) else float("inf")


def smallest_whole(sides: Sides) -> float:
    """Return the smallest relative change of everything together that nine of ten find.

    It is infinite without operations, and where both sides have one run.
    """
    whole = sides.whole
    if not sides.has_operations or sum(sides.runs) == 2:  # noqa: PLR2004 (nothing tells)
        return float("inf")
    found = smallest_found(
        whole.error, whole.freedom, least=float(np.log1p(whole.drift)), level=sides.level
    )
    return float(np.expm1(found))


def open_change(sides: Sides) -> Open | None:
    """Return the greatest rise that is likely, and yet not sure enough to count."""
    greatest: Open | None = None
    for measure in MEASURES[:2]:
        kept, found = sides.tested[measure]
        notable = (found.delta >= _NOTABLE * sides.least) & (found.p <= _LIKELY)
        for row in np.flatnonzero(notable).tolist():
            hit = hit_of(int(kept[row]), measure, found, row, float(found.q[row]))
            if (greatest is None or hit.delta > greatest.hit.delta) and not has_moved(sides, hit):
                scatter = float(found.error[row]) / np.sqrt(sum(1 / n for n in sides.runs))
                runs = runs_needed(
                    hit.delta,
                    float(scatter),
                    prior=sides.spread.freedom,
                    least=sides.least,
                    level=_level(sides),
                )
                greatest = Open(hit, runs)
    return greatest
