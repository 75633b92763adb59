"""Keep parts of stacks: take frames out of them, or cut them off above or below a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.transforms.rebuilding import keep_deopts, move_samples, rebuild

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]

__all__ = ["hide", "prune_from", "show", "show_from"]


def hide(profile: Profile, functions: Mask) -> Profile:
    """Take the frames of the functions (``bool``, of their table's shape) out of all stacks.

    What they call moves up to their caller, and so does their self value. Samples of which no frame
    is left are dropped.
    """
    return keep_deopts(_with_frames(profile, ~functions), ~functions, unknown=True)


def show(profile: Profile, functions: Mask) -> Profile:
    """Take all frames but those of the functions out of the stacks, as :func:`hide` does."""
    return keep_deopts(_with_frames(profile, functions), functions, unknown=False)


def show_from(profile: Profile, functions: Mask) -> Profile:
    """Cut off what is above the outermost frame of the functions; without one, drop the sample."""
    tree = profile.tree
    wanted = functions[profile.function_of_node]
    tops = wanted & tree.outermost(wanted.astype(np.int64))
    inside = tree.below(tops)
    above = np.where(tops, ABSENT, tree.parent)
    seat = np.where(inside, np.arange(len(tree)), ABSENT)
    return keep_deopts(rebuild(profile, above, tree.frame, inside, seat), functions, unknown=False)


def prune_from(profile: Profile, functions: Mask) -> Profile:
    """Cut off what is below the innermost frame of the functions; its self value is theirs then.

    Stacks without such a frame stay whole.
    """
    nearest = profile.tree.nearest(functions[profile.function_of_node])
    return move_samples(profile, np.where(nearest == ABSENT, np.arange(len(nearest)), nearest))


def _with_frames(profile: Profile, functions: Mask) -> Profile:
    tree = profile.tree
    kept = functions[profile.function_of_node]
    nearest = tree.nearest(kept)
    above = np.append(nearest, ABSENT)[tree.parent]
    return rebuild(profile, above, tree.frame, kept, nearest)
