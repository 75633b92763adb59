"""What was asked of a profile: the steps that made it of another, and what each left."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

__all__ = ["Applied", "Extent", "step_words"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a profile holds: its samples, and their sums, one for each value type.

    ``idle`` is the part of ``values`` in which the program was idle.
    """

    samples: int
    values: tuple[int, ...]
    idle: tuple[int, ...]

    def value(self, value_type: int, *, include_idle: bool) -> int:
        """Return the sum of a value type, with or without the idle part."""
        return self.values[value_type] - (0 if include_idle else self.idle[value_type])


@dataclass(frozen=True, slots=True)
class Applied:
    """A step that was applied: its ``name`` and ``arguments`` as on the command line.

    ``before`` and ``after`` are the extents of the profile that it took and of that which it made.
    ``matched`` is False where there was nothing in the profile that the step is about.
    """

    name: str
    arguments: tuple[str, ...]
    matched: bool
    before: Extent
    after: Extent

    @property
    def words(self) -> str:
        """The step as the command line has it, such as ``--focus express``."""
        return step_words(self.name, self.arguments)


def step_words(name: str, arguments: tuple[str, ...]) -> str:
    """Return a step as the command line has it; its option as often as it has arguments."""
    given = [f"--{name} {shlex.quote(argument)}" for argument in arguments]
    return " ".join(given) or f"--{name}"
