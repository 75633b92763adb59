"""The difference of two sides: which code costs more, which less, what is new and what vanished."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile.columns import freeze, indexes
from profkit.statistics import Spread, compare, fit_spread
from profkit.transforms.joining import Side
from profkit.views.costs import CostOptions, costs
from profkit.views.order import function_label, greatest
from profkit.views.ranking import ORDERS, Grouping, Order, group_name

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn
    from profkit.transforms.joining import Joined
    from profkit.views.costs import CostColumn, Costs, Per

__all__ = ["SIGNIFICANT", "Diff", "DiffOptions", "Sided", "diff"]

SIGNIFICANT = 0.05
"""The false discovery rate below which a change is marked."""

_ASSUMED = Spread(1.2, 0.1, 4.0)
"""What is assumed of how runs differ where too few groups could tell."""


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """What is compared, per what, and how much of it is shown.

    ``by``, ``per``, ``value_type`` and ``include_idle`` are those of
    :class:`~profkit.views.costs.CostOptions`; ``sort`` is the value whose change ranks, whichever
    way it goes. ``limit`` None shows every group; ``min_share`` leaves out groups that on neither
    side have that fraction of the whole.
    """

    by: Grouping = "function"
    sort: Order = "charged"
    per: Per | None = None
    limit: int | None = None
    min_share: float = 0.0
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Sided:
    """Costs on both sides; columns of shape ``(rows,)``, ``float64``, in the diff's unit.

    ``base`` and ``candidate`` are means over the runs of a side. ``low`` and ``high`` are the ends
    of the 95 % interval of their difference, and ``q`` is the smallest false discovery rate at
    which it counts as one, among all groups: see :mod:`profkit.statistics`. All three are NaN where
    a side has one run only, which cannot tell, and for the cost of everything.
    """

    base: CostColumn
    candidate: CostColumn
    low: CostColumn
    high: CostColumn
    q: CostColumn

    def __repr__(self) -> str:
        return f"<Sided: {len(self.base)} rows>"

    @property
    def delta(self) -> CostColumn:
        """How much more the candidate costs; negative for less."""
        return self.candidate - self.base

    def of(self, rows: npt.NDArray[np.integer]) -> Sided:
        """Return some rows."""
        return Sided(*(_frozen(getattr(self, one.name)[rows]) for one in fields(self)))

    @property
    def is_significant(self) -> npt.NDArray[np.bool_]:
        """Whether each change counts as one, where one in twenty of those that do may be none."""
        return self.q < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Diff(Displayed):
    """The groups that differ, those that differ most first; columns of shape ``(rows,)``.

    ``group`` (``int32``) is what a :class:`~profkit.views.ranking.Ranking` has of that name, of
    ``profile``. ``own``, ``charged`` and ``total`` are the costs in ``unit``, which is one of
    :class:`~profkit.views.costs.Costs`. ``is_new`` and ``is_vanished`` (``bool``) tell what no run
    of the base, or of the candidate, has. ``whole`` is the cost of everything, of shape ``(1,)``.
    ``groups`` counts those of both sides, ``new`` and ``vanished`` those that one side lacks,
    whether shown or not. ``joined`` has the runs.
    """

    profile: Profile = field(repr=False, compare=False)
    joined: Joined = field(repr=False, compare=False)
    options: DiffOptions
    unit: str
    group: IndexColumn
    own: Sided
    charged: Sided
    total: Sided
    is_new: npt.NDArray[np.bool_]
    is_vanished: npt.NDArray[np.bool_]
    whole: Sided
    groups: int
    new: int
    vanished: int

    def __len__(self) -> int:
        return len(self.group)


def diff(joined: Joined, options: DiffOptions | None = None) -> Diff:
    """Compare what groups cost on two sides, by the greatest change of a value first.

    Raises :class:`UsageError` where there is no such value, and as
    :func:`~profkit.views.costs.costs` does.

    >>> import profkit
    >>> before = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> after = profkit.load("samples/node/22.23.3/auth-api-quiet.v8.log.gz")
    >>> view = profkit.diff(profkit.join([before], [after]), profkit.DiffOptions(limit=1))
    >>> [profkit.function_name(view.profile, n) for n in view.group], view.unit
    (['logRequest'], 'share')
    >>> view.charged.delta.round(2).tolist()
    [-0.27]
    """
    options = options or DiffOptions()
    if options.sort not in ORDERS:
        raise UsageError(f"{options.sort!r} is no order; {', '.join(ORDERS)} are")
    found = costs(
        joined, CostOptions(options.by, options.per, options.value_type, options.include_idle)
    )
    profile = found.profile
    of = {
        "self": _compared(found, found.self_costs),
        "charged": _compared(found, found.charged_costs),
        "total": _compared(found, found.total_costs),
    }
    whole = _means(found, found.whole[:, None])
    base, candidate = of["total"].base, of["total"].candidate
    is_new, is_vanished = base == 0, candidate == 0
    least = options.min_share * max(whole.base[0], whole.candidate[0])
    change = np.abs(of[options.sort].delta)
    large = np.flatnonzero((change > 0) & (np.maximum(base, candidate) >= least))

    def label(position: int) -> tuple[str, ...]:
        group = int(found.group[large[position]])
        if options.by == "function":
            return function_label(profile, group)
        return (group_name(profile, options.by, group),)

    rows = large[greatest(change[large], options.limit, label)]
    return Diff(
        profile=profile,
        joined=found.joined,
        options=options,
        unit=found.unit,
        group=indexes(found.group[rows]),
        own=of["self"].of(rows),
        charged=of["charged"].of(rows),
        total=of["total"].of(rows),
        is_new=is_new[rows],
        is_vanished=is_vanished[rows],
        whole=whole,
        groups=len(found),
        new=int(is_new.sum()),
        vanished=int(is_vanished.sum()),
    )


def _means(found: Costs, cost: CostColumn) -> Sided:
    """Return the sides' means; ``cost`` has a row for each run."""
    base, candidate = (cost[found.joined.of_side(side)].mean(axis=0) for side in Side)
    unknown = np.full(len(base), np.nan)
    return Sided(*map(_frozen, (base, candidate, unknown, unknown, unknown)))


def _compared(found: Costs, cost: CostColumn) -> Sided:
    """Do the same, and tell what is more than chance where a side's runs can."""
    means = _means(found, cost)
    unit = found.whole / np.maximum(found.whole_counts, 1)
    some = np.asarray((cost > 0).any(axis=0))  # what costs nothing scatters nowhere
    if not (found.joined.has_replicates and some.any() and (unit > 0).all()):
        return means
    is_candidate = np.array([run.side == Side.CANDIDATE for run in found.joined.runs], bool)
    whole = float(found.whole.mean())
    spread = fit_spread(cost[:, some], is_candidate, unit, whole, assumed=_ASSUMED)
    tested = compare(cost[:, some], is_candidate, unit, whole, spread)
    low, high, q = means.delta.copy(), means.delta.copy(), np.ones(len(means.base))
    # The test weighs runs by what they tell; the interval is shown around the plain difference.
    low[some] += tested.low - tested.delta
    high[some] += tested.high - tested.delta
    q[some] = tested.q
    return Sided(means.base, means.candidate, *map(_frozen, (low, high, q)))


def _frozen(column: CostColumn) -> CostColumn:
    frozen = column.view()
    freeze(frozen)
    return frozen
