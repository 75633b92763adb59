"""Keep whole stacks: those that hold a function, or those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.transforms.rebuilding import keep_deopts, keep_samples

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]

__all__ = ["focus", "ignore"]


def focus(profile: Profile, functions: Mask) -> Profile:
    """Keep the samples whose stack holds one of the functions (``bool``, of their table's shape).

    A deoptimisation has no stack but its function; it is treated as a stack of this one.
    """
    inside = profile.tree.below(functions[profile.function_of_node])
    return keep_deopts(_with_nodes(profile, inside), functions, unknown=False)


def ignore(profile: Profile, functions: Mask) -> Profile:
    """Drop the samples whose stack holds one of the functions: what :func:`focus` keeps."""
    inside = profile.tree.below(functions[profile.function_of_node])
    return keep_deopts(_with_nodes(profile, ~inside), ~functions, unknown=True)


def _with_nodes(profile: Profile, nodes: Mask) -> Profile:
    return keep_samples(profile, [nodes[thread.samples.node] for thread in profile.threads])
