"""The samples of a thread as rows of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.profile.columns import sums_by
from profkit.transforms.times import recorded_span
from profkit.views.activity import longest_gap, spans

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable

    Numbers = npt.NDArray[np.integer]

__all__ = ["Rows", "rows_of"]


class Rows(NamedTuple):
    """Rows of a thread: a node and its values (shape ``(rows, value_types)``).

    ``time`` is when a sample was taken, ``start`` and ``end`` the span that it stands for, all in
    nanoseconds from the recording's start; None where the format has no time.
    """

    node: Numbers
    values: Numbers
    time: Numbers | None = None
    start: Numbers | None = None
    end: Numbers | None = None


def rows_of(profile: Profile, samples: SampleTable) -> Rows:
    """Return the samples in their order; without times the sums of each node."""
    recorded = recorded_span(profile)
    if samples.time is None or recorded is None:
        return _sums(samples)
    start, end = spans(profile, samples, longest_gap(profile))
    begin = recorded[0]
    return Rows(samples.node, samples.values, samples.time - begin, start - begin, end - begin)


def _sums(samples: SampleTable) -> Rows:
    node, row_of = np.unique(samples.node, return_inverse=True)
    summed = [sums_by(row_of, value, len(node)) for value in samples.values.T]
    return Rows(node, np.stack(summed, axis=1) if summed else np.zeros((len(node), 0), np.int64))
