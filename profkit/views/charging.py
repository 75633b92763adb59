"""Who is responsible: time in the runtime, charged to the code that called for it.

A write to a socket spends its time in libc, in the runtime's native code and in its core modules;
what could be changed is the package that asked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.profile.columns import sums_by
from profkit.symbols.packages import owned

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["charged"]


def charged(profile: Profile, own: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Move each node's own value to the nearest caller, or itself, in a package or the app.

    Node's, Deno's and Python's own modules are the runtime, as is all that has no package:
    builtins, shared libraries, garbage collection. What nobody in a package called for stays where
    it is. ``own`` and the answer are of shape ``(nodes,)`` and have the same sum; or both of shape
    ``(runs, nodes)``, for each run by itself.
    """
    owner = profile.tree.nearest(owned(profile)[profile.function_of_node])
    seat = np.where(owner == ABSENT, np.arange(len(owner)), owner)
    rows = [sums_by(seat, row, len(seat)) for row in np.atleast_2d(own)]
    return np.array(rows, np.int64).reshape(own.shape)
