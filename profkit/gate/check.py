"""The check: runs of two versions in, a verdict out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from profkit.errors import UsageError
from profkit.gate.budgets import used
from profkit.gate.comparing import LITTLE_IN_COMMON, Sides
from profkit.gate.culprits import find_causes
from profkit.gate.groups import group_changes
from profkit.gate.measuring import measure
from profkit.gate.power import open_change, smallest_function, smallest_whole
from profkit.gate.verdict import Change, Level, Outcome, Severity, State, Verdict
from profkit.gate.wording import reasons_of
from profkit.profile import ABSENT, function_name
from profkit.transforms.joining import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.gate.budgets import Budget
    from profkit.gate.comparing import Hit
    from profkit.gate.culprits import Cause
    from profkit.gate.measuring import Measured
    from profkit.profile import Profile

__all__ = ["CheckOptions", "check", "judge"]

_SURELY = 0.002
_TOO_WEAK = 0.5
"""A comparison that finds only changes greater than this share of the whole says so."""
_TOO_FEW = 200
"""A side with fewer samples decides nothing."""
_MUCH_SHORTER = 10


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How a check is made.

    ``least`` is the share of the whole that a change must exceed to count, ``level`` the false
    discovery rate, ``drift`` how much faster or slower everything together may be (None: 5 % where
    runs of the two sides took turns, else 10 %). ``base_operations`` and ``candidate_operations``
    are the units of work done in each run, None where unknown. ``value_type`` is what
    :func:`~profkit.gate.measuring.measure` takes. ``base_name`` names a
    stored baseline, of which nodes with less than the share ``trimmed`` were cut off.
    """

    least: float = 0.01
    level: float = 0.01
    drift: float | None = None
    budgets: tuple[Budget, ...] = ()
    base_operations: Sequence[float | None] | None = None
    candidate_operations: Sequence[float | None] | None = None
    value_type: int | None = None
    base_name: str = field(default="", kw_only=True)
    trimmed: float = field(default=0.0, kw_only=True)


def check(
    base: Sequence[Profile], candidate: Sequence[Profile], options: CheckOptions | None = None
) -> Verdict:
    """Tell whether the candidate costs more than the base, and what is to blame.

    Each profile is one run. Without a base only budgets are looked at.

    Raises :class:`~profkit.errors.UsageError` where a side has no run, a run no sample, the sides
    nothing in common, or a budget cannot be looked at.

    >>> import profkit
    >>> quiet, logger = (
    ...     profkit.load(f"samples/node/22.23.3/auth-api-{name}.cpuprofile.gz")
    ...     for name in ("quiet", "logger")
    ... )
    >>> verdict = profkit.check([quiet], [logger])
    >>> verdict.outcome.value, verdict.changes[0].name
    ('regression', 'logRequest')
    """
    options = options or CheckOptions()
    if not candidate:
        raise UsageError("there is no candidate to check")
    has_base = bool(base)
    joined = join(
        base or candidate,
        candidate,
        base_operations=options.base_operations if has_base else options.candidate_operations,
        candidate_operations=options.candidate_operations,
    )
    profiles = [*(base or candidate), *candidate]
    measured = measure(joined, profiles, value_type=options.value_type)
    measured = measured.trimmed(options.trimmed) if options.trimmed else measured
    return judge(measured, options) if has_base else _judge_budgets(measured, options)


def judge(measured: Measured, options: CheckOptions | None = None) -> Verdict:
    """Return the verdict on runs that are joined and measured already; see :func:`check`."""
    options = options or CheckOptions()
    notes = [*measured.notes, *_overlap(measured)]
    sides = Sides(measured, least=options.least, level=options.level, drift=options.drift)
    findings = find_causes(sides)
    changes = [_change(sides, cause) for cause in findings.causes]
    moved = [_change(sides, cause, State.MOVED) for cause in findings.moved]
    changes += group_changes(sides, findings)
    whole = sides.whole
    total = _total(sides)
    changes = _with_whole(total, changes, whole.p)
    budgets, unmatched = used(sides, options.budgets)
    notes += [*_about_runs(sides), *unmatched]
    opened = None if changes else open_change(sides)
    smallest = smallest_function(sides)
    worse = [c for c in changes if c.state in (State.WORSE, State.NEW)]
    better = [c for c in changes if c.state in (State.BETTER, State.VANISHED)]
    over = [b for b in budgets if b.is_over and b.severity is Severity.ERROR]
    doubtful = [
        b for b in budgets if b.is_open and b.measured > b.limit and b.severity is Severity.ERROR
    ]
    if worse or over:
        outcome = Outcome.REGRESSION
    elif doubtful or opened is not None or _has_too_few(sides):
        outcome = Outcome.CANNOT_DECIDE
    else:
        outcome = Outcome.IMPROVEMENT if better else Outcome.PASS
    verdict = Verdict(
        outcome=outcome,
        reasons=(),
        total=total,
        changes=(*worse, *better),
        moved=tuple(moved),
        budgets=budgets,
        unit=_unit(sides),
        runs=sides.runs,
        base=(options.base_name,)
        if options.base_name
        else tuple(n for n, c in zip(measured.name, measured.is_candidate, strict=True) if not c),
        candidate=tuple(n for n, c in zip(measured.name, measured.is_candidate, strict=True) if c),
        smallest=smallest,
        more_runs=None if opened is None else opened.runs,
        smallest_total=smallest_whole(sides),
        notes=tuple(notes),
    )
    return replace(
        verdict,
        reasons=reasons_of(
            verdict,
            sides,
            opened=None if opened is None else _of_hit(sides, opened.hit, State.WORSE),
            has_too_few=_has_too_few(sides),
            is_weak=smallest > _TOO_WEAK,
        ),
    )


def _has_too_few(sides: Sides) -> bool:
    """Tell whether a side has too few samples for any answer."""
    samples = sides.measured.own.sum(axis=1) / sides.measured.unit
    rows = sides.is_candidate
    return bool(min(samples[rows].sum(), samples[~rows].sum()) < _TOO_FEW)


def _judge_budgets(measured: Measured, options: CheckOptions) -> Verdict:
    """Return the verdict on a candidate alone, which both sides of ``measured`` are."""
    sides = Sides(measured, least=options.least, level=options.level, drift=options.drift)
    if not options.budgets:
        raise UsageError("there is neither a base to compare with nor a budget to keep")
    budgets, notes = used(sides, options.budgets, has_base=False)
    is_over = any(b.is_over and b.severity is Severity.ERROR for b in budgets)
    is_open = any(
        b.is_open and b.measured > b.limit and b.severity is Severity.ERROR for b in budgets
    )
    whole = sides.whole
    verdict = Verdict(
        outcome=Outcome.REGRESSION
        if is_over
        else Outcome.CANNOT_DECIDE
        if is_open
        else Outcome.PASS,
        reasons=(),
        total=Change(
            Level.TOTAL, "total", "self", State.SAME, whole.base, whole.base, 0, 0, 1.0, 1.0
        ),
        changes=(),
        moved=(),
        budgets=budgets,
        unit=_unit(sides),
        runs=(0, sides.runs[1]),
        base=(),
        candidate=tuple(n for n, c in zip(measured.name, measured.is_candidate, strict=True) if c),
        smallest=float("nan"),
        more_runs=None,
        smallest_total=float("nan"),
        notes=(*measured.notes, *notes),
    )
    return replace(verdict, reasons=reasons_of(verdict, sides))


def _unit(sides: Sides) -> str:
    if not sides.has_operations:
        return "share"
    return "ns/op" if sides.measured.is_time else "samples/op"


def _change(sides: Sides, cause: Cause, state: State | None = None) -> Change:
    hit = cause.hit
    symptoms = tuple(
        _of_hit(sides, symptom, _state(sides, symptom))
        for symptom in sorted(cause.symptoms, key=lambda s: -abs(s.delta))
    )
    return replace(_of_hit(sides, hit, state or _state(sides, hit)), symptoms=symptoms)


def _state(sides: Sides, hit: Hit) -> State:
    costs = sides.measured.total_costs[:, hit.function] + sides.measured.self_costs[:, hit.function]
    before, after = costs[~sides.is_candidate].sum(), costs[sides.is_candidate].sum()
    if hit.delta > 0:
        return State.WORSE if before else State.NEW
    return State.BETTER if after else State.VANISHED


def _of_hit(sides: Sides, hit: Hit, state: State) -> Change:
    profile = sides.measured.profile
    functions = profile.functions
    line = int(functions.line[hit.function])
    return Change(
        level=Level.FUNCTION,
        name=function_name(profile, hit.function),
        measure=hit.measure,
        state=state,
        base=hit.base,
        candidate=hit.candidate,
        low=hit.low,
        high=hit.high,
        p=hit.p,
        q=hit.q,
        file=profile.text(int(functions.file[hit.function])),
        line=0 if line == ABSENT else line,
        package=profile.text(int(functions.package[hit.function])),
    )


def _total(sides: Sides) -> Change:
    whole = sides.whole
    rose = whole.candidate > whole.base
    state = State.SAME if whole.p > _SURELY else State.WORSE if rose else State.BETTER
    return Change(
        level=Level.TOTAL,
        name="total",
        measure="self",
        state=state,
        base=whole.base,
        candidate=whole.candidate,
        low=whole.base * (whole.low - 1) if sides.has_operations else float("nan"),
        high=whole.base * (whole.high - 1) if sides.has_operations else float("nan"),
        p=whole.p,
        q=whole.p,
    )


def _with_whole(total: Change, changes: list[Change], p: float) -> list[Change]:
    """Return the changes with the whole's own, where they do not explain half of it."""
    if p > _SURELY:
        return changes
    explained = sum(change.delta for change in changes if change.delta * total.delta > 0)
    return changes if abs(explained) >= abs(total.delta) / 2 else [total, *changes]


def _overlap(measured: Measured) -> list[str]:
    """Note how little the sides have in common. Raises UsageError where that is nothing."""
    shares = measured.in_common
    if not max(shares):
        raise UsageError("base and candidate have no function in common: is it the same program?")
    if min(shares) >= LITTLE_IN_COMMON:
        return []
    told = f"{shares[0]:.0%} of the base and {shares[1]:.0%} of the candidate"
    return [f"little is in both: {told} are in functions that the other has too"]


def _about_runs(sides: Sides) -> list[str]:
    """Return what should be known of the runs: assumed scatter, unlike lengths, drift."""
    notes = []
    measured = sides.measured
    if min(sides.runs) == 1:
        spread = sides.spread
        notes.append(
            "a side has a single run: how much functions differ between runs is "
            + (
                f"assumed ({spread.between:.0%}), not measured; five runs a side tell"
                if sides.is_assumed
                else "known from the other side only"
            )
        )
    elif sides.is_assumed:
        notes.append(
            "too few functions have samples to tell how they differ between runs; "
            f"{sides.spread.between:.0%} is assumed"
        )
    counts = measured.own.sum(axis=1) / measured.unit
    if counts.max() >= _MUCH_SHORTER * counts.min():
        short = measured.name[int(counts.argmin())]
        notes.append(
            f"{short} has {counts.min():,.0f} samples and another run {counts.max():,.0f}: "
            "the short one tells little"
        )
    if not sides.has_operations:
        notes.append(
            "how many operations were done is not known (--ops): if everything became slower "
            "alike, this comparison cannot tell"
        )
    return notes
