"""How far hits, samples and the time between samples disagree about who takes the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ANONYMOUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from profkit.formats.cpuprofile.measuring import Measured
    from profkit.formats.cpuprofile.nodes import NodeTable

    Ints = npt.NDArray[np.int64]

__all__ = ["disagreements"]

_WORTH_A_REMARK = 0.05
_IN_WORDS = {"hits": "hit counts", "samples": "samples", "deltas": "time between samples"}


def disagreements(
    table: NodeTable, measured: Measured, function: Ints, names: Mapping[int, str | None]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Compare functions' shares, each pair of what the file tells of them.

    ``function`` (shape ``(nodes,)``) is the number of each node's, ``names`` the functions' names.
    Shares differ by the part of the time that would have to move from some functions to others for
    them to be equal (their total variation).

    Returns facts, each a title (in the words of ``weigh``) and a sentence, and a remark where hits
    disagree with another.
    """
    shares = {
        kind: np.bincount(function, weights=value, minlength=max(names) + 1) / value.sum()
        for kind, value in (
            ("hits", None if (table.hits < 0).any() else table.hits),
            ("samples", measured.sampled),
            ("deltas", measured.between),
        )
        if value is not None and value.sum() > 0
    }
    facts: list[tuple[str, str]] = []
    remarks: list[tuple[float, str]] = []
    for one, other in (("samples", "hits"), ("deltas", "hits"), ("deltas", "samples")):
        if one not in shares or other not in shares:
            continue
        apart = shares[one] - shares[other]
        most = int(np.abs(apart).argmax())
        distance = float(np.abs(apart).sum() / 2)
        by = f"{_percent(shares[one][most])} against {_percent(shares[other][most])}"
        said = f"{_percent(distance)} apart"
        if distance:
            name = names[most] or ANONYMOUS
            said += f", most in {name} ({by})"
        facts.append((f"{one} against {other}", said))
        if distance > _WORTH_A_REMARK and other == "hits":
            words = f"{_IN_WORDS[one]} against {_IN_WORDS[other]}"
            remarks.append((distance, f"{words}: {said}"))
    return tuple(facts), tuple(text for _, text in sorted(remarks)[-1:])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
