"""Categories: whose code a function is, coarse enough to read at a glance.

What a function is (its kind) comes first, then whose it is (its package). V8 tick logs tell by the
virtual machine's state, not by a function, when garbage was collected or code compiled: there a
sample in such a state counts as if the collector or the compiler had been called at that place.
"""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, FrameTable, FunctionTable, Kind, StackTree, Tier, VmState
from profkit.profile.columns import IndexColumn, indexes, unique_rows
from profkit.symbols.packages import APP, NODE, STDLIB

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["Category", "categorised", "category_of_function"]


class Category(enum.IntEnum):
    """Whose code it is; the numbers are those of groups in a ranking by category."""

    UNKNOWN = 0
    """Code that the recording names no file and no kind of."""
    APP = 1
    """One's own code: what has a file and belongs to no package."""
    DEPENDENCIES = 2
    """npm packages and Python distributions."""
    RUNTIME = 3
    """Node's core modules, Python's standard library, and V8's builtins, inline caches, stubs."""
    NATIVE = 4
    """Compiled code: the program's own and that of shared libraries."""
    COMPILER = 5
    """V8 parsing or compiling, where a V8 tick log tells its state."""
    REGEXP = 6
    """Compiled regular expressions."""
    WASM = 7
    """WebAssembly."""
    GC = 8
    """Collecting garbage."""
    PROGRAM = 9
    """V8's ``(program)``: native code below no JavaScript, of which nothing more is known."""
    IDLE = 10
    """Waiting; in V8 tick logs by the state, in other formats only with idle time included."""

    @property
    def label(self) -> str:
        """The word that tables and JSON use."""
        return self.name.lower()


_BY_KIND = {
    Kind.BUILTIN: Category.RUNTIME,
    Kind.IC: Category.RUNTIME,
    Kind.BYTECODE_HANDLER: Category.RUNTIME,
    Kind.STUB: Category.RUNTIME,
    Kind.REGEXP: Category.REGEXP,
    Kind.WASM: Category.WASM,
    Kind.NATIVE: Category.NATIVE,
    Kind.SHARED_LIBRARY: Category.NATIVE,
    Kind.GC: Category.GC,
    Kind.PROGRAM: Category.PROGRAM,
    Kind.IDLE: Category.IDLE,
}
_BY_PACKAGE = {APP: Category.APP, NODE: Category.RUNTIME, STDLIB: Category.RUNTIME}
_BY_STATE = {
    VmState.GC: Category.GC,
    VmState.PARSER: Category.COMPILER,
    VmState.BYTECODE_COMPILER: Category.COMPILER,
    VmState.COMPILER: Category.COMPILER,
    VmState.IDLE: Category.IDLE,
    VmState.IDLE_EXTERNAL: Category.IDLE,
}
_OF_STATES = (Category.GC, Category.COMPILER, Category.IDLE)


def category_of_function(profile: Profile) -> IndexColumn:
    """Return the :class:`Category` of each function; ``int32``, shape ``(functions,)``.

    >>> import profkit
    >>> from profkit.views.categories import Category, category_of_function
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    >>> Category(category_of_function(profile)[0]).label
    'unknown'
    """
    functions = profile.functions
    by_package = np.full(len(profile.strings) + 1, Category.DEPENDENCIES, np.int64)
    for number, text in enumerate(profile.strings):
        if text in _BY_PACKAGE:
            by_package[number] = _BY_PACKAGE[text]
    by_package[ABSENT] = Category.UNKNOWN
    by_kind = np.full(len(Kind), ABSENT, np.int64)
    by_kind[list(_BY_KIND)] = list(_BY_KIND.values())
    of_kind = by_kind[functions.kind]
    return indexes(np.where(of_kind == ABSENT, by_package[functions.package], of_kind))


def categorised(profile: Profile) -> tuple[Profile, IndexColumn]:
    """Return a profile in which what only a state tells is a function, and all functions' category.

    Where no sample has such a state it is the profile itself. Else it has three more functions, and
    a sample whose state is one of V8's collecting, compiling or waiting has one of them as its
    leaf, below the frames that it had. Sums stay as they are.
    """
    category = category_of_function(profile)
    of_state = np.full(len(VmState), ABSENT, np.int64)  # the last place serves an unknown state
    of_state[list(_BY_STATE)] = [_OF_STATES.index(kind) for kind in _BY_STATE.values()]
    is_idle = profile.kind_of_node == Kind.IDLE
    wanted = [
        np.full(len(thread.samples), ABSENT)
        if thread.samples.state is None
        else np.where(is_idle[thread.samples.node], ABSENT, of_state[thread.samples.state])
        for thread in profile.threads
    ]
    if not any((column != ABSENT).any() for column in wanted):
        return profile, category
    extended = _with_functions(profile)
    return (
        _with_leaves(extended, wanted, first=len(profile.frames)),
        indexes(np.concatenate([category, _OF_STATES])),
    )


def _with_functions(profile: Profile) -> Profile:
    """Return the profile with a function and a frame more for each category of a state."""
    functions, frames = profile.functions, profile.frames
    more = len(_OF_STATES)

    def longer(column: np.ndarray, added: npt.ArrayLike = ABSENT) -> np.ndarray:
        return np.concatenate([column, np.broadcast_to(added, more)])

    return profile.replace(
        strings=(*profile.strings, *(f"({category.label})" for category in _OF_STATES)),
        functions=FunctionTable(
            name=longer(functions.name, len(profile.strings) + np.arange(more)),
            file=longer(functions.file),
            line=longer(functions.line),
            column=longer(functions.column),
            # Without a package it is charged to who called it, as native code is.
            kind=longer(functions.kind, Kind.NATIVE),
            package=longer(functions.package),
        ),
        frames=FrameTable(
            function=longer(frames.function, len(functions) + np.arange(more)),
            line=longer(frames.line),
            column=longer(frames.column),
            address=longer(frames.address),
            library=longer(frames.library),
            tier=longer(frames.tier, Tier.NONE),
            tag=longer(frames.tag),
        ),
    )


def _with_leaves(profile: Profile, wanted: Sequence[np.ndarray], *, first: int) -> Profile:
    """Put leaves below samples: the frame ``first`` plus what is wanted for each, -1 for none."""
    tree = profile.tree
    node = [thread.samples.node for thread in profile.threads]
    nodes, leaves = np.concatenate(node).astype(np.int64), np.concatenate(wanted)
    rows = np.flatnonzero(leaves != ABSENT)
    distinct, leaf_of = unique_rows(nodes[rows], leaves[rows])
    parent = np.concatenate([tree.parent, nodes[rows][distinct]])
    frame = np.concatenate([tree.frame, first + leaves[rows][distinct]])
    grown, place = StackTree.from_parents(parent, frame)
    nodes[rows] = len(tree) + leaf_of
    moved = np.split(place[nodes], np.cumsum([len(part) for part in node])[:-1])
    return profile.replace(
        tree=grown,
        threads=tuple(
            replace(thread, samples=replace(thread.samples, node=column))
            for thread, column in zip(profile.threads, moved, strict=True)
        ),
    )
