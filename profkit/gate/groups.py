"""Packages and categories: what rose in many places, each of them too little to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.gate.verdict import Change, Level, State
from profkit.profile import ABSENT
from profkit.views.categories import Category

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.gate.comparing import Sides
    from profkit.gate.culprits import Findings

__all__ = ["group_changes"]

_MOST = 0.5
"""A group with more than this of the whole is what all else is measured by."""
_STRICTER = 0.2
"""Groups are tested at this part of the level: no function of theirs was found to have changed."""


def group_changes(sides: Sides, findings: Findings) -> list[Change]:
    """Return the packages, else the categories, that changed beyond what causes explain."""
    measured = sides.measured
    profile = measured.profile
    package = profile.functions.package[measured.owner]
    packages = _changes(
        sides, findings, Level.PACKAGE, "charged", package, lambda n: profile.strings[n]
    )
    if packages or findings.causes:
        return packages
    category = measured.category[measured.function]
    return _changes(sides, findings, Level.CATEGORY, "self", category, lambda n: Category(n).label)


def _changes(
    sides: Sides,
    findings: Findings,
    level: Level,
    measure: str,
    group: npt.NDArray[np.integer],
    name: object,
) -> list[Change]:
    measured = sides.measured
    open_nodes = (group != ABSENT) & ~findings.nodes
    size = int(group.max(initial=0)) + 1
    costs = sides.comparable(measured.by(group[open_nodes], measured.own[:, open_nodes], size))
    mean = costs.mean(axis=0)
    kept = np.flatnonzero((mean >= sides.least / 2) & (mean < _MOST * sides.mean_whole))
    if not len(kept):
        return []
    found = sides.test(costs[:, kept])
    moved = {cause.hit.function for cause in findings.moved}
    answer = []
    for row in np.flatnonzero(found.q <= _STRICTER * sides.level).tolist():
        number = int(kept[row])
        inside = np.unique(measured.owner[open_nodes & (group == number)]).tolist()
        if len(inside) == 1 or moved & set(inside):
            continue  # one function was tested as such, and what moved was told of already
        rose = found.delta[row] > 0
        answer.append(
            Change(
                level=level,
                name=name(number),  # type: ignore[operator]
                measure=measure,
                state=State.WORSE if rose else State.BETTER,
                base=float(found.base[row]),
                candidate=float(found.candidate[row]),
                low=float(found.low[row]),
                high=float(found.high[row]),
                p=float(found.p[row]),
                q=float(found.q[row]),
                package=name(number) if level is Level.PACKAGE else "",  # type: ignore[operator]
            )
        )
    return sorted(answer, key=lambda change: -abs(change.delta))
