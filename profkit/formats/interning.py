"""Numbers for things that repeat, given in the order in which they first come."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["Numbered"]

Key = TypeVar("Key")


class Numbered(dict[Key, int]):
    """Gives each key that is looked up a number, counting from 0.

    >>> numbers = Numbered()
    >>> [numbers[word] for word in ("main", "run", "main")]
    [0, 1, 0]
    """

    def __missing__(self, key: Key) -> int:
        """Give a new key its number."""
        number = self[key] = len(self)
        return number
