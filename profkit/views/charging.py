"""Who is responsible: time in the runtime, charged to the code that called for it.

A write to a socket spends its time in libc, in the runtime's native code and in its core modules;
what could be changed is the package that asked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.symbols.packages import RUNTIMES

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
    tree = profile.tree
    packages = profile.functions.package
    runtime = [n for n, text in enumerate(profile.strings) if text in RUNTIMES]
    belongs = (packages != ABSENT) & ~np.isin(packages, runtime)
    is_owner = belongs[profile.function_of_node]
    # The last place serves the roots: they have no caller. Each turn doubles the way up that a
    # node has looked, so there are as many turns as the depth has binary digits.
    nowhere = len(tree)
    caller = np.where(tree.parent == ABSENT, nowhere, tree.parent)
    owner = np.append(np.where(is_owner, np.arange(nowhere), caller), nowhere)
    settled = np.append(is_owner, True)
    while not settled[owner].all():
        owner = np.where(settled[owner], owner, owner[owner])
    moved = np.zeros(nowhere, np.int64)
    place = np.where(owner[:-1] == nowhere, np.arange(nowhere), owner[:-1])
    np.add.at(moved, place, own)
    return moved
