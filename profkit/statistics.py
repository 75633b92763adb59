"""How sure a difference between two sides of few runs is.

Runs are replicates and functions are many, so this is the statistics of differential expression.
A *group* is a function, a file, a package …; matrices are of shape ``(runs, groups)``, float64.

The cost ``y`` of a group in a run scatters for two reasons, and its variance is their sum::

    sampling * unit * y * rest  +  (between * y * rest) ** 2

``unit`` is what one sample stands for, ``rest`` the part of the whole that is not ``y``, or three
tenths where that is less. The first is the scatter of counts (1 for ideal sampling); the second is
how much a group differs from run to run beyond that. Both factors are fitted over
all groups, a *trend* of variance by cost as in voom (Law et al. 2014, doi:10.1186/gb-2014-15-2-r29)
and in edgeR's quasi-likelihood (Lund et al. 2012, doi:10.1515/1544-6115.1826). What a group itself
scatters is then shrunk towards the trend by empirical Bayes, which gives a moderated t (Smyth 2004,
doi:10.2202/1544-6115.1027). A change counts beyond a least effect (McCarthy and Smyth 2009,
doi:10.1093/bioinformatics/btp053), at a false discovery rate (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Comparison",
    "Spread",
    "benjamini_hochberg",
    "compare",
    "fit_prior",
    "fit_spread",
    "lone_distance",
    "p_beyond",
    "runs_needed",
    "size_factors",
    "smallest_found",
    "t_quantile",
    "variance",
]

Floats: TypeAlias = "npt.NDArray[np.float64]"
Flags: TypeAlias = "npt.NDArray[np.bool_]"

_MOST_FREEDOM = 1e6
_MOST_PRIOR = 5.0
_LEAST_BETWEEN = 0.1
_LEAST_REST = 0.3
_FEW_GROUPS = 10
_ENOUGH_SAMPLES = 5.0
_OUTLYING = 2.0
_ROUNDS = 4
_NEWTON_STEPS = 20
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Spread:
    """The trend of variance: see the module's own text. ``sampling`` and ``between`` are factors.

    ``freedom`` are the degrees of freedom that the trend is worth for a single group.
    """

    sampling: float = 1.0
    between: float = 0.0
    freedom: float = 4.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups on two sides; all of shape ``(groups,)``, costs in the unit of those given.

    ``error`` is the standard error of ``candidate - base``, with ``freedom`` degrees of freedom;
    ``low`` and ``high`` are the ends of its 95 % interval. ``ratio_low`` and ``ratio_high`` are
    those of ``candidate / base``. ``p`` is the p-value of a change beyond the least effect, ``q``
    the smallest false discovery rate at which it counts among all groups given.
    """

    base: Floats
    candidate: Floats
    error: Floats
    freedom: Floats
    low: Floats
    high: Floats
    ratio_low: Floats
    ratio_high: Floats
    p: Floats
    q: Floats

    @property
    def delta(self) -> Floats:
        """How much more each costs."""
        return self.candidate - self.base


def size_factors(costs: npt.ArrayLike, unit: npt.ArrayLike = 1.0) -> Floats:
    """Return how much work each run did, as told by its groups; ``(runs,)``, of mean 1.

    ``costs`` are of groups that share nothing (self values), ``unit`` is the cost of one sample, of
    shape ``(runs,)`` or one number. Groups that changed do not count, so one that is new does not
    make all others seem cheaper. Begins with the median of the ratios to each group's mean (Anders
    and Huber 2010, doi:10.1186/gb-2010-11-10-r106), each ratio weighing what its samples tell, and
    goes on with the sums of those groups that agree with it, which scatter less (the idea of a
    trimmed mean: Robinson and Oshlack 2010, doi:10.1186/gb-2010-11-3-r25). A group that is missing
    in a run, or has too few samples to tell, has no say at first. All are 1 where nothing can tell.

    >>> size_factors([[100, 50, 30, 0], [200, 100, 60, 900]]).round(2).tolist()
    [0.67, 1.33]
    """
    cost = np.asarray(costs, np.float64)
    counts = cost / np.broadcast_to(np.asarray(unit, np.float64), len(cost))[:, None]
    told = (counts > 0).all(axis=0)
    reference = np.zeros(cost.shape[1])
    reference[told] = np.exp(np.log(cost[:, told]).mean(axis=0))
    if not told.any():
        return np.ones(len(cost))
    samples = counts[:, told].mean(axis=0)
    # Beyond a hundred samples it is the groups' own scatter that bounds what a ratio tells.
    weight = samples / (1 + samples / 100)
    factors = np.array([_weighted_median(row, weight) for row in cost[:, told] / reference[told]])
    for _ in range(_ROUNDS):
        stable = _agreeing(cost, counts, factors)
        sums = cost[:, stable].sum(axis=1)
        if not (sums > 0).all():
            break
        factors = sums
    return np.asarray(factors / factors.mean())


def _weighted_median(value: Floats, weight: Floats) -> float:
    order = np.argsort(value)
    middle = np.cumsum(weight[order]) - weight[order] / 2
    return float(np.interp(weight.sum() / 2, middle, value[order]))


def _agreeing(cost: Floats, counts: Floats, factors: Floats) -> Flags:
    """Tell which groups are, in every run, what the factors make of their mean, within scatter."""
    scaled = factors / factors.mean()
    mean = cost.sum(axis=0) / scaled.sum()
    expected = counts.sum(axis=0) / scaled.sum() * scaled[:, None]
    ratio = np.divide(cost / scaled[:, None], mean, out=np.ones_like(cost), where=mean > 0)
    # A group of few samples scatters by sampling, a great one by an eighth or so of itself.
    scatter = np.sqrt(1 / np.maximum(expected, 1) + 0.12**2)
    return np.asarray((np.abs(ratio - 1) < _OUTLYING * scatter).all(axis=0))


def variance(mean: Floats, unit: npt.ArrayLike, whole: float, spread: Spread) -> Floats:
    """Return what the trend says of the variance of costs; shapes follow ``mean`` and ``unit``."""
    rest = np.clip(1 - mean / whole, _LEAST_REST, 1) if whole > 0 else np.ones_like(mean)
    return spread.sampling * np.asarray(unit) * mean * rest + (spread.between * mean * rest) ** 2


def fit_spread(
    costs: Floats,
    is_candidate: Flags,
    unit: npt.ArrayLike,
    whole: float,
    *,
    assumed: Spread | None = None,
) -> Spread:
    """Fit the trend to how runs of one side scatter; needs three runs, two of them of one side.

    ``is_candidate`` and ``unit`` are of shape ``(runs,)``, ``whole`` is the cost of a whole run.
    The fit is by least absolute deviation of logarithms, so that a few wild groups do not bend it.
    ``assumed`` is returned where there are no replicates, or fewer groups than can tell.

    The many small groups say of the few great ones more than they know: of these some scatter in a
    way of their own. So the trend is worth no more than 5 degrees of freedom, and groups are taken
    to differ between runs by a tenth of themselves at least.
    """
    assumed = assumed or Spread()
    within, freedom = _within(costs, is_candidate, np.ones_like(costs))
    mean = costs.mean(axis=0)
    units = np.broadcast_to(np.asarray(unit, np.float64), len(costs))
    usable = (mean >= _ENOUGH_SAMPLES * units.mean()) & (within > 0)
    if freedom < 1 or usable.sum() < _FEW_GROUPS:
        return assumed
    from scipy.special import psi  # noqa: PLC0415 (costs as much as numpy does)

    mean, within = mean[usable], within[usable]
    centre = float(psi(freedom / 2) - np.log(freedom / 2))
    best = (np.inf, assumed.sampling, assumed.between)
    for sampling in np.geomspace(0.5, 16, 31):
        for between in (0.0, *np.geomspace(0.005, 1, 31)):
            trend = variance(mean, units.mean(), whole, Spread(sampling, between))
            misfit = float(np.abs(np.log(within / trend) - centre).mean())
            if misfit < best[0] - 1e-9:
                best = (misfit, float(sampling), float(between))
    _, sampling, between = best
    trend = variance(mean, units.mean(), whole, Spread(sampling, between))
    scale, prior = fit_prior(within / trend, freedom)
    between = max(between * float(np.sqrt(scale)), _LEAST_BETWEEN)
    return Spread(max(sampling * scale, 0.5), between, prior)


def fit_prior(ratios: Floats, freedom: float) -> tuple[float, float]:
    """Fit a scaled F distribution to variances as multiples of their trend; ``(groups,)``.

    Returns its scale and the degrees of freedom that the trend is worth (Smyth 2004, section 6.2:
    from mean and variance of the logarithms), at most 5.
    """
    from scipy.special import polygamma, psi  # noqa: PLC0415

    logs = np.log(np.maximum(ratios, 1e-6))
    logs = logs - psi(freedom / 2) + np.log(freedom / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, freedom / 2)) if len(logs) > 1 else 0.0
    if excess <= 0:
        return float(np.exp(logs.mean())), _MOST_PRIOR
    prior = min(2 * _inverse_trigamma(excess), _MOST_PRIOR)
    return float(np.exp(logs.mean() + psi(prior / 2) - np.log(prior / 2))), prior


def _inverse_trigamma(value: float) -> float:
    """Return ``x`` with ``trigamma(x) == value``, by Newton's method from above."""
    from scipy.special import polygamma  # noqa: PLC0415

    x = 0.5 + 1 / value
    for _ in range(_NEWTON_STEPS):
        trigamma = float(polygamma(1, x))
        x += trigamma * (1 - trigamma / value) / float(polygamma(2, x))
    return x


def compare(
    costs: Floats,
    is_candidate: Flags,
    unit: npt.ArrayLike,
    whole: float,
    spread: Spread,
    *,
    least: npt.ArrayLike = 0.0,
) -> Comparison:
    """Compare the sides' mean costs of each group.

    ``costs`` are made comparable already (by operations or size factors), ``unit`` (``(runs,)`` or
    one number) is the cost of one sample in the same unit, ``whole`` that of a whole run. ``least``
    is the effect that a change must exceed to count, one number or ``(groups,)``.

    A mean weighs each run by what the trend says of it. The test takes the variance that the mean
    of both sides has, as it would be had nothing changed; intervals take those of each side. The
    variance of a group is never taken to be less than half of what sampling alone makes of it.
    Without replicates it is the trend alone, and costs are tested as they multiply: what has costs
    on one side only is told from what doubled.
    """
    costs = np.asarray(costs, np.float64)
    units = np.broadcast_to(np.asarray(unit, np.float64), len(costs))[:, None]
    sides = (~is_candidate, is_candidate)
    # What no run of a side has may yet cost a part of a sample.
    least_mean = units.min() / max(len(costs), 1)
    plain = [np.maximum(costs[side].mean(axis=0), least_mean) for side in sides]
    expected = np.where(is_candidate[:, None], plain[1], plain[0])
    trend = variance(expected, units, whole, spread)
    weight = 1 / trend
    means = [(weight[side] * costs[side]).sum(axis=0) / weight[side].sum(axis=0) for side in sides]
    own, freedom = _within(costs, is_candidate, weight)
    total_freedom = min(freedom + spread.freedom, _MOST_FREEDOM)
    factor = (spread.freedom + freedom * own) / total_freedom
    floor = variance(expected, units, whole, Spread(0.5)) / trend
    factor = np.maximum(factor, floor.min(axis=0))
    errors = [factor / weight[side].sum(axis=0) for side in sides]
    error = np.sqrt(errors[0] + errors[1])
    freedoms = np.full(costs.shape[1], total_freedom)
    base, candidate = means
    delta = candidate - base
    reach = t_quantile((1 + _CONFIDENCE) / 2, freedoms)
    pooled = variance(costs.mean(axis=0), units, whole, spread)
    null = np.sqrt(factor * sum(1 / (1 / pooled[side]).sum(axis=0) for side in sides))
    p = p_beyond(delta, null, freedoms, least) if freedom else _p_lone(costs, units, spread, least)
    ratio_low, ratio_high = _ratio_interval(base, candidate, errors, reach)
    return Comparison(
        base=base,
        candidate=candidate,
        error=error,
        freedom=freedoms,
        low=delta - reach * error,
        high=delta + reach * error,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=p,
        q=benjamini_hochberg(p),
    )


def _p_lone(costs: Floats, units: Floats, spread: Spread, least: npt.ArrayLike) -> Floats:
    """Return the p-values of changes between two lone runs, as :func:`p_beyond` gives them."""
    low, high = costs.min(axis=0), costs.max(axis=0)
    unit, least = float(units.mean()), np.asarray(least, np.float64)
    near, far = (lone_distance(low, high + sign * least, unit, spread) for sign in (-1, 1))
    return p_beyond(near, 1.0, spread.freedom) / 2 + p_beyond(far, 1.0, spread.freedom) / 2


def lone_distance(low: Floats, high: Floats, unit: float, spread: Spread) -> Floats:
    """Return how far two lone costs are apart, in standard deviations; 0 where high is not higher.

    All of shape ``(groups,)``. It is told after the transformation that makes the variance of
    negative binomial counts the same everywhere (Anscombe 1948, doi:10.1093/biomet/35.3-4.246): few
    samples differ as counts do, many as their ratio does.
    """
    between = max(spread.between, 1e-3)
    scale = between**2 / (max(spread.sampling, 0.5) * unit)

    def even(cost: Floats) -> Floats:
        return np.asarray(2 / between * np.arcsinh(np.sqrt(scale * np.maximum(cost, 0))))

    return np.asarray(np.maximum(even(high) - even(low), 0) / np.sqrt(2))


def _within(costs: Floats, is_candidate: Flags, weight: Floats) -> tuple[Floats, float]:
    """Return the weighted variance within sides, pooled, and its degrees of freedom."""
    squares = np.zeros(costs.shape[1])
    freedom = 0
    for side in (~is_candidate, is_candidate):
        rows, by = costs[side], weight[side]
        if len(rows) > 1:
            mean = (by * rows).sum(axis=0) / by.sum(axis=0)
            squares += (by * (rows - mean) ** 2).sum(axis=0)
            freedom += len(rows) - 1
    return squares / max(freedom, 1), float(freedom)


def _ratio_interval(
    base: Floats, candidate: Floats, errors: list[Floats], reach: Floats
) -> tuple[Floats, Floats]:
    """Return the 95 % interval of ``candidate / base`` on the scale of logarithms.

    It reaches from 0 where nothing is left, and to infinity where there was nothing.
    """
    known = (base > 0) & (candidate > 0)
    low, high = np.zeros_like(base), np.full_like(base, np.inf)
    b, c = base[known], candidate[known]
    middle = np.log(c / b)
    width = reach[known] * np.sqrt(errors[0][known] / b**2 + errors[1][known] / c**2)
    with np.errstate(over="ignore"):  # so little is known that it may be anything
        low[known], high[known] = np.exp(middle - width), np.exp(middle + width)
    return low, high


def p_beyond(
    delta: npt.ArrayLike, error: npt.ArrayLike, freedom: npt.ArrayLike, least: npt.ArrayLike = 0.0
) -> Floats:
    """Return the p-values of ``abs(delta)`` being no more than ``least`` in truth.

    The two-sided test of TREAT (McCarthy and Smyth 2009); the t-test where ``least`` is 0. All
    arguments are one number or of shape ``(groups,)``.
    """
    from scipy.special import stdtr  # noqa: PLC0415

    size, effect = np.abs(np.asarray(delta, np.float64)), np.asarray(least, np.float64)
    scale = np.maximum(np.asarray(error, np.float64), np.finfo(np.float64).tiny)
    near, far = (size - effect) / scale, (size + effect) / scale
    degrees = np.asarray(freedom, np.float64)
    tails: Floats = np.asarray(stdtr(degrees, -near), np.float64)
    return np.minimum(tails + np.asarray(stdtr(degrees, -far), np.float64), 1.0)


def t_quantile(probability: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """Return quantiles of Student's t.

    >>> round(float(t_quantile(0.975, 10)), 3)
    2.228
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    return np.asarray(stdtrit(np.minimum(freedom, _MOST_FREEDOM), probability))


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Return the smallest false discovery rate at which each of these p-values counts.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    values = np.asarray(p, np.float64)
    if not len(values):
        return values
    order = np.argsort(values, kind="stable")[::-1]
    scaled = values[order] * len(values) / np.arange(len(values), 0, -1)
    answer = np.empty_like(values)
    answer[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return answer


def smallest_found(
    error: npt.ArrayLike,
    freedom: npt.ArrayLike,
    *,
    least: float = 0.0,
    level: float = 0.05,
    power: float = 0.9,
) -> Floats:
    """Return the smallest change that is found so often (``power``) at this two-sided ``level``."""
    wanted = t_quantile(1 - level / 2, freedom) + t_quantile(power, freedom)
    return least + wanted * np.asarray(error, np.float64)


def runs_needed(
    delta: float,
    scatter: float,
    *,
    prior: float = 4.0,
    least: float = 0.0,
    level: float = 0.05,
    power: float = 0.9,
    most: int = 100,
) -> int | None:
    """Return how many runs a side find a change in nine of ten cases; None if ``most`` do not.

    ``scatter`` is the standard deviation of one run's cost, ``prior`` the degrees of freedom that
    the trend is worth; ``power`` says how often.
    """
    for runs in range(2, most + 1):
        error = scatter * float(np.sqrt(2 / runs))
        freedom = prior + 2 * runs - 2
        found = smallest_found(error, freedom, least=least, level=level, power=power)
        if float(found) <= abs(delta):
            return runs
    return None
