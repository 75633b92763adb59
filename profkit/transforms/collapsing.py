"""Make several frames one: those of a function, of a package, of all that is not the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT
from profkit.symbols.packages import APP, owned
from profkit.transforms.groups import group_labels, with_group_frames
from profkit.transforms.rebuilding import rebuild

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]

__all__ = [
    "collapse_package",
    "collapse_recursion",
    "functions_of_package",
    "is_of_app",
    "is_recursive",
    "mine",
]


def is_recursive(profile: Profile) -> Mask:
    """Tell which nodes are called by their own function; shape ``(nodes,)``."""
    function = profile.function_of_node
    parent = profile.tree.parent
    answer: Mask = (parent != ABSENT) & (function == function[parent])
    return answer


def collapse_recursion(profile: Profile) -> Profile:
    """Make each run of frames of one function one frame, the innermost of the run.

    So the self value stays on the line that was executed. Recursion by way of other functions
    stays.
    """
    tree = profile.tree
    nodes = np.arange(len(tree))
    outermost = tree.nearest(~is_recursive(profile))
    everything = np.ones(len(tree), bool)
    return rebuild(profile, tree.parent[outermost], tree.frame, everything, nodes)


def functions_of_package(profile: Profile, name: str) -> Mask:
    """Tell which functions ``profkit top --by package`` counts under a name: an exact one."""
    names, group, _ = group_labels(profile)
    return np.array([label == name for label in names], bool)[group]


def collapse_package(profile: Profile, name: str) -> Profile:
    """Make each run of frames of one package one frame that bears the package's name.

    Its self value is that of the run. ``name`` is one of ``profkit top --by package``, such as
    ``express``, ``node:`` or ``(native)``.
    """
    functions = functions_of_package(profile, name)
    grown, frame_of = with_group_frames(profile, functions)
    tree, function = profile.tree, profile.function_of_node
    inside = functions[function]
    kept = ~(inside & (tree.parent != ABSENT) & inside[tree.parent])
    nearest = tree.nearest(kept)
    above = np.append(nearest, ABSENT)[tree.parent]
    frame = np.where(inside, frame_of[function], tree.frame)
    return rebuild(grown, above, frame, kept, nearest)


def is_of_app(profile: Profile) -> Mask:
    """Tell which functions are the app's own code; shape ``(functions,)``."""
    app = [n for n, text in enumerate(profile.strings) if text == APP]
    return np.isin(profile.functions.package, app)


def mine(profile: Profile) -> Profile:
    """Keep the frames of the app's own code; the others' self value goes to the nearest of them.

    A sample without any is one frame that bears the name of a package: of the nearest one on the
    way from the leaf to the root, to which :func:`profkit.views.charging.charged` charges it; where
    all of the stack is the runtime, of the leaf's (``node:``) or its kind (``(gc)``).
    """
    tree, function = profile.tree, profile.function_of_node
    is_app = is_of_app(profile)[function]
    nodes = np.arange(len(tree))
    caller = tree.nearest(is_app)
    is_foreign = caller == ABSENT
    owner = tree.nearest(owned(profile)[function])
    owner = function[np.where(owner == ABSENT, nodes, owner)]
    named = np.zeros(len(profile.functions), bool)
    named[owner[is_foreign]] = True
    grown, frame_of = with_group_frames(profile, named)
    frame = np.where(is_foreign, frame_of[owner], tree.frame)
    above = np.append(caller, ABSENT)[tree.parent]
    return rebuild(grown, above, frame, is_app | is_foreign, np.where(is_foreign, nodes, caller))
