"""What a reader of a comparison should know: sides that hardly have anything in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import Kind
from profkit.symbols.packages import owned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Values = npt.NDArray[np.int64]

__all__ = ["remarks"]

_LITTLE = 0.3
_SHORT = 0.1
_LANGUAGES = {Kind.JS: "JavaScript", Kind.PYTHON: "Python"}


def remarks(
    profile: Profile,
    own: Values,
    is_base: npt.NDArray[np.bool_],
    names: Sequence[str],
    durations: Sequence[int | None],
) -> tuple[str, ...]:
    """Return what should be known of joined runs.

    ``own`` are the self values of shape ``(runs, nodes)``; the others are told by run.
    """
    sides = own[is_base].sum(axis=0), own[~is_base].sum(axis=0)
    strangers = _languages(profile, *sides) or _overlap(profile, *sides)
    return (*strangers, *_short_runs(own.sum(axis=1), names, durations))


def _languages(profile: Profile, base: Values, candidate: Values) -> list[str]:
    """Say where the sides are of different languages."""
    kind = profile.kind_of_node
    spoken = [
        {word for of, word in _LANGUAGES.items() if profile.tree.totals(own)[kind == of].any()}
        for own in (base, candidate)
    ]
    if not all(spoken) or spoken[0] & spoken[1]:
        return []
    told = [" and ".join(sorted(words)) for words in spoken]
    return [f"the base is {told[0]} and the candidate {told[1]}: they have no function in common"]


def _overlap(profile: Profile, base: Values, candidate: Values) -> list[str]:
    """Say where little of the time is in functions that both sides have.

    That is asked of the code of packages and the app alone, if there is any: all programs of one
    runtime have that runtime's code in common.
    """
    function = profile.function_of_node
    total = profile.tree.totals(np.minimum(base, 1)), profile.tree.totals(np.minimum(candidate, 1))
    here = [np.bincount(function, one, len(profile.functions)) > 0 for one in total]
    wanted = owned(profile)
    if not (wanted & (here[0] | here[1])).any():
        wanted = np.ones(len(wanted), bool)
    for own, others, word in ((base, here[1], "base"), (candidate, here[0], "candidate")):
        weight = np.bincount(function, profile.tree.totals(own), len(wanted)) * wanted
        whole = float(weight.sum())
        shared = float((weight * others).sum())
        if whole and shared < _LITTLE * whole:
            part = f"{100 * shared / whole:.0f} %"
            found = f"only {part} of the {word}'s time is in code that the other side has, too"
            return [f"{found}: are these two versions of one program?"]
    return []


def _short_runs(size: Values, names: Sequence[str], durations: Sequence[int | None]) -> list[str]:
    """Say which runs are ten times shorter than the typical one."""
    lengths = [duration or 0 for duration in durations]
    words = "lasts"
    if not all(lengths):
        lengths, words = size.tolist(), "holds"
    typical = float(np.median(lengths))
    return [
        f"{name} {words} only {100 * length / typical:.0f} % of what the runs typically do"
        for name, length in zip(names, lengths, strict=True)
        if length < _SHORT * typical
    ]
