"""The stacks of many nodes, each built from what it shares with the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profkit.profile import StackTree

__all__ = ["stacks"]

Word = TypeVar("Word")


def stacks(
    tree: StackTree, nodes: Iterable[int], words: Sequence[Word]
) -> Iterator[tuple[int, list[Word]]]:
    """Yield each of ``nodes``, which ascend, with the words of its frames from root to leaf.

    ``words`` gives each node its word. The list is the same each time, and changes: depth-first
    order makes that the words of most nodes are there already.
    """
    parent, subtree_end = tree.parent.tolist(), tree.subtree_end.tolist()
    path: list[int] = []
    stack: list[Word] = []
    for node in nodes:
        while path and node >= subtree_end[path[-1]]:
            path.pop()
        above = path[-1] if path else -1
        new = []
        at = node
        while at != above:
            new.append(at)
            at = parent[at]
        del stack[len(path) :]
        new.reverse()
        path += new
        stack += [words[at] for at in new]
        yield node, stack
