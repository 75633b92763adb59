"""Stacks taken apart into nodes, without looking again at what each begins with."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.interning import Numbered

__all__ = ["Paths"]


class Paths:
    """A tree in the making: each stack shares nodes with the one before, as far as they agree.

    Most tools sort stacks, so that little of each is new. ``parents`` and ``labels`` have one entry
    a node: its parent, -1 for a root, and the number of its label. Siblings may be alike.
    """

    def __init__(self, numbers: Numbered[bytes]) -> None:
        self.parents = array("q")
        self.labels = array("q")
        self._numbers = numbers
        # Of the stack before: its text, and for its first 0, 1, 2, … labels the last one's node and
        # how many bytes they have without the semicolons.
        self._before = b""
        self._nodes = [-1]
        self._sizes = [0]

    def add(self, stack: bytes) -> int:
        """Add a stack, labels with semicolons between them; returns the node of its leaf."""
        nodes, sizes = self._nodes, self._sizes
        shared = self._count_shared(stack)
        del nodes[shared + 1 :], sizes[shared + 1 :]
        begin = sizes[-1] + shared
        if begin <= len(stack):
            labels = stack[begin:].split(b";")
            first = len(self.parents)
            self.parents.append(nodes[-1])
            self.parents.extend(range(first, first + len(labels) - 1))
            self.labels.extend(map(self._numbers.__getitem__, labels))
            nodes.extend(range(first, first + len(labels)))
            sizes.extend(accumulate(map(len, labels), initial=sizes.pop()))
        self._before = stack
        return nodes[-1]

    def _count_shared(self, stack: bytes) -> int:
        """Count the labels that the stack and the one before begin with."""
        before, sizes = self._before, self._sizes
        shared, bound, step = 0, len(sizes) - 1, 0
        while shared < bound:
            # Stacks in order differ near their leaves: the search goes from there in growing steps.
            count = max(bound - step, (shared + bound + 1) // 2)
            end = sizes[count] + count - 1
            if stack.startswith(before[:end]) and stack[end : end + 1] in b";":
                shared = count
            else:
                bound, step = count - 1, 2 * step or 1
        return shared
