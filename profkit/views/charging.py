"""Who is responsible: time in the runtime, charged to the code that called for it.

A write to a socket spends its time in libc, in the runtime's native code and in its core modules;
what could be changed is the package that asked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.symbols.packages import owned

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["charged"]


def charged(profile: Profile, own: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Move each node's own value to the nearest caller, or itself, in a package or the app.

    Node's, Deno's and Python's own modules are the runtime, as is all that has no package:
    builtins, shared libraries, garbage collection. What nobody in a package called for stays where
    it is. ``own`` and the answer are of shape ``(nodes,)`` and have the same sum.
    """
    owner = profile.tree.nearest(owned(profile)[profile.function_of_node])
    moved = np.zeros(len(own), np.int64)
    np.add.at(moved, np.where(owner == ABSENT, np.arange(len(own)), owner), own)
    return moved
