"""Functions that were renamed or moved: those that only one version has, told by what is around.

Two of these are taken for the same where they stand at one line of a file of which all else is
alike and one code calls both, or where the time comes from the same callers and goes on to the same
callees. Whatever could be two things is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.profile import ABSENT, Kind
from profkit.transforms.joining.functions import lines_moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.transforms.joining.functions import Rows

    Numbers = npt.NDArray[np.int64]
    Weights = dict[int, float]

__all__ = ["Renamed", "renamed_functions"]

_KINDS = (Kind.JS, Kind.PYTHON, Kind.WASM, Kind.NATIVE, Kind.UNKNOWN)
_SELF = -2
_SHIFT = 1 << 32
_OFFSET = 1 << 31
_LEAST_WEIGHT = 0.002
"""The share of the whole from which on its neighbours tell a function."""
_ALIKE = 0.5
_CLEARLY = 0.2
_ROUNDS = 3
_MANY = 50
"""Where so many might be the same, as in the code of a whole program, none is clear."""


class Renamed(NamedTuple):
    """A function of the base and what it is in the candidate, both as rows, and why."""

    base: int
    candidate: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Of each function of a side: who calls it and what it calls, as shares of its own time."""

    callers: dict[int, Weights]
    callees: dict[int, Weights]
    weight: Weights


def renamed_functions(
    profiles: Sequence[Profile], rows: Rows, is_base: npt.NDArray[np.bool_], function: Numbers
) -> list[Renamed]:
    """Find functions of the base that only look different in the candidate.

    ``function`` numbers the rows as :func:`same_functions` does.
    """
    row_of_side = [_first_rows(rows, function, side=is_base == flag) for flag in (True, False)]
    open_ = [
        {f: r for f, r in mine.items() if f not in others and rows.kind[r] in _KINDS}
        for mine, others in (row_of_side, row_of_side[::-1])
    ]
    possible = list(_pairs(rows, *open_))
    if not possible:
        return []
    wanted = np.unique(possible)
    around = [
        _neighbours(profiles, rows, function, is_base == flag, wanted) for flag in (True, False)
    ]
    moved = lines_moved(rows, is_base, function)
    found: dict[int, Renamed] = {}
    now: dict[int, int] = {}
    for _ in range(_ROUNDS):
        scored: dict[int, list[tuple[float, int, str]]] = defaultdict(list)
        for base, candidate in possible:
            if base not in open_[0] or candidate not in open_[1]:
                continue
            score, reason = _likeness(base, candidate, rows, open_, around, now, moved)
            if score >= _ALIKE:
                scored[base].append((score, candidate, reason))
        fresh = list(_clear(scored))
        for base, candidate, reason in fresh:
            found[base] = Renamed(open_[0].pop(base), open_[1].pop(candidate), reason)
            now[base] = candidate
        if not fresh:
            break
    return list(found.values())


def _first_rows(rows: Rows, function: Numbers, *, side: npt.NDArray[np.bool_]) -> dict[int, int]:
    here = np.flatnonzero(side[rows.profile])
    number, first = np.unique(function[here], return_index=True)
    return dict(zip(number.tolist(), here[first].tolist(), strict=True))


def _neighbours(
    profiles: Sequence[Profile],
    rows: Rows,
    function: Numbers,
    side: npt.NDArray[np.bool_],
    wanted: Numbers,
) -> _Neighbours:
    """Sum over a side's runs how much of the whole goes to the wanted functions, and from them."""
    kind = np.zeros(int(function.max()) + 1, np.int64)
    kind[function[::-1]] = rows.kind[::-1]
    sums: Weights = defaultdict(float)
    parts = np.split(function, np.cumsum(rows.lengths)[:-1])
    for number in np.flatnonzero(side).tolist():
        profile, tree = profiles[number], profiles[number].tree
        own = profile.self_values()
        whole = float(np.abs(own).sum()) or 1.0
        of_node = parts[number][profile.function_of_node]
        above = np.append(of_node, ABSENT)[tree.parent]
        # What the runtime does for a function tells nothing of it.
        is_own = (above != ABSENT) & (kind[above] != kind[of_node])
        for caller, callee, value in (
            (above, np.where(is_own, _SELF, of_node), tree.totals(own)),
            (of_node, np.full(len(of_node), _SELF), own),
        ):
            told = (np.isin(caller, wanted) | np.isin(callee, wanted)) & (value > 0)
            key, place = np.unique(caller[told] * _SHIFT + callee[told], return_inverse=True)
            for pair, value_sum in zip(
                key.tolist(), np.bincount(place, value[told], len(key)).tolist(), strict=True
            ):
                sums[pair] += value_sum / whole
    callers: dict[int, Weights] = defaultdict(dict)
    callees: dict[int, Weights] = defaultdict(dict)
    for pair, share in sums.items():
        caller_number = (pair + _OFFSET) // _SHIFT
        callee_number = pair - caller_number * _SHIFT
        if caller_number != callee_number:
            callees[caller_number][callee_number] = share
            if callee_number != _SELF:
                callers[callee_number][caller_number] = share
    runs = max(int(side.sum()), 1)
    weight = {one: sum(shares.values()) / runs for one, shares in callers.items()}
    return _Neighbours(dict(callers), dict(callees), weight)


def _pairs(
    rows: Rows, base: dict[int, int], candidate: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Yield what may be the same: one file and another name, or one name in another file."""
    by_file: dict[tuple[int, ...], list[int]] = defaultdict(list)
    by_name: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, row in candidate.items():
        kind, package = int(rows.kind[row]), int(rows.package[row])
        by_file[kind, int(rows.file[row])].append(number)
        by_name[kind, package, int(rows.name[row])].append(number)
    for number, row in base.items():
        kind, package = int(rows.kind[row]), int(rows.package[row])
        file, name = int(rows.file[row]), int(rows.name[row])
        found = by_file.get((kind, file), []) if file != ABSENT else []
        if name != ABSENT:
            found = [*found, *by_name.get((kind, package, name), [])]
        if len(found) <= _MANY:
            yield from ((number, other) for other in dict.fromkeys(found))


def _likeness(
    base: int,
    candidate: int,
    rows: Rows,
    open_: list[dict[int, int]],
    around: list[_Neighbours],
    now: dict[int, int],
    moved: dict[tuple[int, int], int],
) -> tuple[float, str]:
    """Return from 0 to 2 how alike two functions are, and by what."""
    before, after = around
    callers, _ = _overlap(before.callers.get(base, {}), after.callers.get(candidate, {}), now)
    callees, own = _overlap(before.callees.get(base, {}), after.callees.get(candidate, {}), now)
    old, new = open_[0][base], open_[1][candidate]
    same_file = rows.file[old] == rows.file[new]
    line = moved.get((int(rows.file[old]), int(rows.line[old])))
    if same_file and line is not None and line == rows.line[new] and callers >= _ALIKE:
        return (
            1 + callers,
            "it begins at the same line among the same functions, and it is called alike",
        )
    is_told = min(before.weight.get(base, 0), after.weight.get(candidate, 0)) >= _LEAST_WEIGHT
    if not same_file:  # so it has the same name, and need call nothing
        callees += own
    if not is_told or min(callers, callees) < _ALIKE / 2:
        return 0.0, ""
    reason = "it has the same callers and callees"
    return (callers + callees) / 2, reason if same_file else f"{reason}, and the same name"


def _overlap(before: Weights, after: Weights, now: dict[int, int]) -> tuple[float, float]:
    """Return which part of two distributions is the same: of others, and of the function's own."""
    renamed = {now.get(one, one): share for one, share in before.items()}
    all_before, all_after = sum(renamed.values()), sum(after.values())
    shared = {
        one: min(share / all_before, after[one] / all_after)
        for one, share in renamed.items()
        if one in after
    }
    own = shared.pop(_SELF, 0.0)
    return sum(shared.values()), own


def _clear(
    scored: dict[int, list[tuple[float, int, str]]],
) -> Iterator[tuple[int, int, str]]:
    """Yield the pairs that are clearly more alike than any other that holds one of the two."""
    of_candidate: dict[int, list[float]] = defaultdict(list)
    for found in scored.values():
        for score, candidate, _ in found:
            of_candidate[candidate].append(score)
    for base, found in scored.items():
        score, candidate, reason = max(found)
        rivals = sorted([one for one, _, _ in found] + of_candidate[candidate], reverse=True)
        others = rivals[2:3]  # the pair itself is in both lists
        if score >= rivals[0] and (not others or others[0] <= score - _CLEARLY):
            yield base, candidate, reason
