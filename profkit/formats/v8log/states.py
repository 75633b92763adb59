"""What V8's numbers for its own state mean: the sixth field of a tick.

Source: ``StateTag`` in V8's ``include/v8.h``, later ``include/v8-unwinder.h``, as Node 6 to 26
ship it. ``tools/tickprocessor.mjs`` has a table of its own, which is wrong about ``idle`` in
Node 14 to 24.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import VmState

if TYPE_CHECKING:
    from profkit.profile.columns import StateColumn

__all__ = ["GC", "IDLE", "as_vm_states", "states_of", "version_number"]

GC = "gc"
IDLE = "idle"

_OF_TODAY = """js gc parser bytecode-compiler compiler other external atomics-wait idle logging
idle-external"""

_STATES = (
    ((0,), "js gc compiler other external idle"),
    ((6, 2), "js gc parser bytecode-compiler compiler other external idle"),
    # Node 8.10 and later: the numbers of Node 8.0 had to stay.
    ((6, 2, 414, 50), "js gc compiler other external idle parser bytecode-compiler"),
    ((6, 3), "js gc parser bytecode-compiler compiler other external idle"),
    ((8,), _OF_TODAY),
)


def version_number(version: str) -> tuple[int, ...]:
    """Return V8's version as numbers to compare; a very new one where it is not known.

    >>> version_number("6.8.275.32-node.59")
    (6, 8, 275, 32)
    """
    return tuple(map(int, re.findall(r"\d+", version)[:4])) or (10**9,)


def states_of(version: str) -> tuple[str, ...]:
    """Return the names of a version's states, each in the place of its number.

    >>> states_of("5.1.281.108")
    ('js', 'gc', 'compiler', 'other', 'external', 'idle')
    """
    number = version_number(version)
    return tuple(next(names for since, names in reversed(_STATES) if number >= since).split())


def as_vm_states(numbers: StateColumn, version: str) -> StateColumn:
    """Return the :class:`VmState` of each number of a version; UNKNOWN for one that it has not."""
    by_label = {state.label: state for state in VmState}
    table = np.full(128, VmState.UNKNOWN, np.int8)
    for number, label in enumerate(states_of(version)):
        table[number] = by_label[label]
    return table[numbers]
