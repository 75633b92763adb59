"""Two sides of measured runs made comparable, and tested: the whole, functions, and any nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from profkit.gate.measuring import MEASURES
from profkit.statistics import (
    Comparison,
    Spread,
    benjamini_hochberg,
    compare,
    fit_spread,
    p_beyond,
    size_factors,
    t_quantile,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.gate.measuring import Measure, Measured

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["LITTLE_IN_COMMON", "NEARLY_ALL", "Hit", "Sides", "Whole", "hit_of", "is_interleaved"]

LONE_RUN = Spread(3.0, 0.4, 30.0)
LONE_COUNTS = Spread(12.0, 0.5, 30.0)
"""What is assumed of functions where both sides have one run: how much they differ between runs.

Recordings that count samples without a clock (py-spy's) were seen to differ more.
"""

LONE_LEAST = 0.05
"""The share of the whole that a change between lone runs must exceed at least.

What V8 inlines in one run and not in another looks like a small new function.
"""

FEW_FUNCTIONS = Spread(1.2, 0.1, 4.0)
"""What is assumed where runs have replicates, but too few functions to tell how they scatter."""

WHOLE_SCATTER = 0.15
WHOLE_SCATTER_COUNTS = 0.5
WHOLE_SCATTER_LONE = 0.3
WHOLE_PRIOR = 4.0
"""How much whole runs of one version differ, and what that is worth in degrees of freedom.

Without a clock the samples of a whole run tell of the machine's load as well.
"""

NEARLY_ALL = 0.8
"""What holds this share of a run is as good as the whole."""

DRIFT_INTERLEAVED = 0.05
DRIFT = 0.1
"""By how much a machine's speed may differ between sides, whatever their runs agree on."""

_FEW_GROUPS = 5
LITTLE_IN_COMMON = 0.5
"""Less than this share of a side in functions that both have says little of the rest."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A function whose cost changed: ``measure`` says which cost; figures as in a Comparison."""

    function: int
    measure: Measure
    base: float
    candidate: float
    low: float
    high: float
    p: float
    q: float

    @property
    def delta(self) -> float:
        """How much more it costs."""
        return self.candidate - self.base


@dataclass(frozen=True, slots=True)
class Whole:
    """The cost of whole runs; ``base`` and ``candidate`` are means, ``low`` and ``high`` the ends
    of the 95 % interval of their ratio.

    ``p`` is of a change beyond ``drift``, ``error`` the standard error of the ratio's logarithm,
    with ``freedom`` degrees of freedom, and ``scatter`` the standard deviation of a single run's.
    """  # noqa: D205 (one sentence)

    base: float
    candidate: float
    low: float
    high: float
    p: float
    drift: float
    error: float
    freedom: float
    scatter: float


class Sides:
    """Measured runs with what makes them comparable.

    Costs are divided by ``exposure``: by how much work a run did as its functions tell, so that a
    machine that was slower for a while slows no function, and scaled so that those of the base are
    per operation where operations are known, else shares of a run of the base. ``least`` is the
    share of the whole that a change must exceed, ``level`` the false discovery rate.
    """

    def __init__(
        self, measured: Measured, *, least: float, level: float, drift: float | None = None
    ) -> None:
        self.measured = measured
        self.is_candidate = measured.is_candidate
        self.level = level
        runs = measured.own.sum(axis=1)
        self.has_operations = bool(np.isfinite(measured.operations).all())
        factors = size_factors(measured.self_costs, measured.unit)
        told = (measured.self_costs > 0).all(axis=0).sum() >= _FEW_GROUPS
        if self.has_operations and (not told or min(measured.in_common) < LITTLE_IN_COMMON):
            factors = measured.operations
        elif not told:
            factors = runs
        self.factors = factors / factors.mean()
        base = ~self.is_candidate
        per_run = float((runs / measured.operations)[base].mean()) if self.has_operations else 1.0
        scale = (runs / self.factors)[base].mean() / per_run
        self.exposure = self.factors * scale
        self.unit = measured.unit / self.exposure
        self.base_whole = per_run
        is_lone = len(runs) == 2  # noqa: PLR2004 (one a side)
        self.least = (max(least, LONE_LEAST) if is_lone else least) * per_run
        self.drift = drift

    @cached_property
    def mean_whole(self) -> float:
        """The cost of a whole run, on average."""
        return float((self.measured.own.sum(axis=1) / self.exposure).mean())

    @property
    def runs(self) -> tuple[int, int]:
        """The number of runs of base and candidate."""
        candidates = int(self.is_candidate.sum())
        return len(self.is_candidate) - candidates, candidates

    @property
    def is_assumed(self) -> bool:
        """Whether what differs between runs had to be assumed."""
        return any(self.spread is one for one in (LONE_RUN, LONE_COUNTS, FEW_FUNCTIONS))

    @cached_property
    def spread(self) -> Spread:
        """How functions scatter between runs."""
        lone = LONE_RUN if self.measured.is_time else LONE_COUNTS
        return fit_spread(
            self.costs("self"),
            self.is_candidate,
            self.unit,
            self.mean_whole,
            assumed=lone if sum(self.runs) == 2 else FEW_FUNCTIONS,  # noqa: PLR2004
        )

    def costs(self, measure: Measure) -> Floats:
        """Return each function's comparable cost, ``(runs, functions)``."""
        return self.comparable(getattr(self.measured, f"{measure}_costs"))

    def comparable(self, costs: Floats) -> Floats:
        """Return costs ``(runs, groups)`` of the runs as they compare."""
        return np.asarray(costs / self.exposure[:, None])

    def test(self, costs: Floats) -> Comparison:
        """Compare groups whose comparable costs these are, ``(runs, groups)``."""
        return compare(
            costs,
            self.is_candidate,
            self.unit,
            self.mean_whole,
            self.spread,
            least=self.least,
        )

    def test_nodes(self, nodes: Flags) -> Comparison:
        """Compare what nodes cost together; ``nodes`` is of shape ``(nodes,)``."""
        cost = self.measured.own[:, nodes].sum(axis=1, keepdims=True)
        return self.test(self.comparable(cost))

    def node_means(self, *, candidate: bool) -> Floats:
        """Return each node's mean comparable cost on a side; ``(nodes,)``."""
        rows = self.is_candidate == candidate
        answer: Floats = (self.measured.own[rows] / self.exposure[rows, None]).mean(axis=0)
        return answer

    @cached_property
    def tested(self) -> dict[Measure, tuple[npt.NDArray[np.intp], Comparison]]:
        """The functions that are tested by each measure, and what came of it.

        A change cannot exceed the least effect where all of a function does not, and one that holds
        nearly all of a run is the whole.
        """
        answer: dict[Measure, tuple[npt.NDArray[np.intp], Comparison]] = {}
        for measure in MEASURES:
            costs = self.costs(measure)
            mean = costs.mean(axis=0)
            kept = np.flatnonzero((mean >= self.least / 2) & (mean < NEARLY_ALL * self.mean_whole))
            answer[measure] = kept, self.test(costs[:, kept])
        return answer

    @cached_property
    def hits(self) -> list[Hit]:
        """The functions' costs that changed, at the false discovery rate.

        What code spent itself is one family of tests, with and without the runtime; what it called
        another.
        """
        families: tuple[tuple[Measure, ...], ...] = (MEASURES[:2], MEASURES[2:])
        answer = []
        for family in families:
            q = benjamini_hochberg(np.concatenate([self.tested[one][1].p for one in family]))
            for measure in family:
                kept, found = self.tested[measure]
                own, q = q[: len(kept)], q[len(kept) :]
                answer += [
                    hit_of(int(kept[row]), measure, found, row, float(own[row]))
                    for row in np.flatnonzero(own <= self.level).tolist()
                ]
        return answer

    @cached_property
    def whole(self) -> Whole:
        """The whole runs, compared: by operations where they are known, else by their functions."""
        measured, base = self.measured, ~self.is_candidate
        runs = measured.own.sum(axis=1)
        per = measured.operations if self.has_operations else self.exposure
        logs = np.log(runs / per)
        freedom, squares = 0, 0.0
        for side in (base, ~base):
            freedom += int(side.sum()) - 1
            squares += float(((logs[side] - logs[side].mean()) ** 2).sum())
        counted = float((measured.unit / runs).mean())
        replicated = WHOLE_SCATTER if measured.is_time else WHOLE_SCATTER_COUNTS
        assumed = (replicated if freedom else WHOLE_SCATTER_LONE) ** 2 + counted
        shrunk = (WHOLE_PRIOR * assumed + squares) / (WHOLE_PRIOR + freedom)
        # What is assumed must not make a machine look steadier than it is.
        scatter2 = max(shrunk, squares / max(freedom, 1))
        error = float(np.sqrt(scatter2 * sum(1 / n for n in self.runs)))
        degrees = WHOLE_PRIOR + freedom
        means = [float((runs / per)[side].mean()) for side in (base, ~base)]
        delta = float(logs[~base].mean() - logs[base].mean())
        reach = float(t_quantile(0.975, degrees)) * error
        drift = self.allowed_drift
        return Whole(
            base=means[0],
            candidate=means[1],
            low=float(np.exp(delta - reach)),
            high=float(np.exp(delta + reach)),
            # Without operations the whole is what it is measured by, and cannot have changed.
            p=float(p_beyond(delta, error, degrees, np.log1p(drift)))
            if self.has_operations
            else 1.0,
            drift=drift,
            error=error,
            freedom=degrees,
            scatter=float(np.sqrt(scatter2)),
        )

    @property
    def allowed_drift(self) -> float:
        """By how much the whole may differ for reasons of the machine's."""
        if self.drift is not None:
            return self.drift
        return DRIFT_INTERLEAVED if is_interleaved(self.measured) else DRIFT


def hit_of(function: int, measure: Measure, found: Comparison, row: int, q: float) -> Hit:
    """Return a row of a comparison as a hit."""
    return Hit(
        function=function,
        measure=measure,
        base=float(found.base[row]),
        candidate=float(found.candidate[row]),
        low=float(found.low[row]),
        high=float(found.high[row]),
        p=float(found.p[row]),
        q=q,
    )


def is_interleaved(measured: Measured) -> bool:
    """Tell whether runs of the two sides took turns, as the times tell at which they began."""
    if not np.isfinite(measured.start).all():
        return False
    turns = measured.is_candidate[np.argsort(measured.start, kind="stable")]
    sides = (int(turns.sum()), int((~turns).sum()))
    return min(sides) > 1 and int((turns[1:] != turns[:-1]).sum()) >= min(sides)
