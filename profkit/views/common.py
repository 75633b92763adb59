"""What two stacks have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import StackTree

__all__ = ["shared_frames"]


def shared_frames(
    tree: StackTree, one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]
) -> npt.NDArray[np.int64]:
    """Return how many frames the stacks of two nodes share, from the root on.

    ``one`` and ``other`` are nodes, of shape ``(n,)`` like the answer.
    """
    one, other = one.astype(np.int64), other.astype(np.int64)
    # The last place serves what is above the roots.
    depth = np.append(tree.depth, ABSENT)
    while (rows := np.flatnonzero(one != other)).size:
        # A deeper node stands below what both share, and so does each of two in one depth.
        is_higher = depth[one[rows]] - depth[other[rows]]
        up, up_other = rows[is_higher >= 0], rows[is_higher <= 0]
        one[up], other[up_other] = tree.parent[one[up]], tree.parent[other[up_other]]
    shared: npt.NDArray[np.int64] = depth[one].astype(np.int64) + 1
    return shared
