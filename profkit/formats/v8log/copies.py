"""Where V8 runs a copy of its builtins, and the log names the original.

V8 11 (Node 20) copies the builtins that are embedded in the program into the range that it reserves
for code, so that calls are short, and logs them where they are in the program's file. Later
versions log the copy. Source: ``CodeRange::RemapEmbeddedBuiltins`` in V8's
``src/heap/code-range.cc``: the copy lies at the end of the range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

__all__ = ["RESERVED", "at_originals"]

RESERVED = (512 << 20, 128 << 20)
"""What V8 reserves: on most machines, and where branches do not reach that far."""
_ALLOCATION = 256 << 10
_ENOUGH = 0.5


def at_originals(
    addresses: Numbers, unknown: npt.NDArray[np.bool_], builtins: Numbers, ranges: Iterable[int]
) -> Numbers:
    """Move addresses in the copy of the builtins to where the log has them.

    ``addresses`` and ``unknown``, which are in no code that the log names, are of shape
    ``(addresses,)``. ``builtins`` are the first and last address of the originals, shape ``(2,)``.
    ``ranges`` are the begins of what was reserved. A copy is believed in where half of what is
    unknown in a range lies in it.
    """
    first, last = builtins.tolist()
    size = -(-(last - first) // _ALLOCATION) * _ALLOCATION
    answer = addresses
    for begin in ranges:
        for reserved in RESERVED:
            copy = begin + reserved - size
            in_range = unknown & (addresses >= begin) & (addresses < begin + reserved)
            in_copy = in_range & (addresses >= copy) & (addresses < copy + last - first)
            if in_copy.any() and in_copy.sum() >= _ENOUGH * in_range.sum():
                answer = np.where(in_copy, addresses - copy + first, answer)
                break
    return answer
