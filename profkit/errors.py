"""Every error a user can cause, as one tree.

Each error prints as one line, and carries the exit code that the command line ends with.
"""

from __future__ import annotations

from functools import partial

__all__ = [
    "EmptyInputError",
    "FormatError",
    "InputError",
    "InvalidProfileError",
    "NothingToReadError",
    "OutputError",
    "ProfkitError",
    "UnknownFormatError",
    "UsageError",
]


class ProfkitError(Exception):
    """The root of the tree: catching it catches all that profkit raises on purpose."""

    exit_code = 2


class UsageError(ProfkitError):
    """What was asked for makes no sense: an unknown function, options that contradict."""


class NothingToReadError(UsageError):
    """No profile was named, nothing is piped, and nothing was read in this directory before."""


class InputError(ProfkitError):
    """A profile cannot be had: missing, a directory, no permission, a gzip that ends early.

    ``source`` is the file's name as the user gave it; ``where`` a place in it, such as
    ``line 17``, ``byte 4096`` or ``$.nodes[3].id``.
    """

    def __init__(self, source: str, message: str, *, where: str = "") -> None:
        self.source = source
        self.where = where
        self.message = message
        place = f"{source}: {where}" if where else source
        super().__init__(f"{place}: {message}")

    def __reduce__(self) -> tuple[object, ...]:
        """Let a process that reads tell it to the one that asked."""
        return partial(type(self), where=self.where), (self.source, self.message)


class FormatError(InputError):
    """The bytes break the rules of their format in a way that has no right answer."""


class EmptyInputError(FormatError):
    """There is nothing in the file, or nothing that was ever sampled."""


class UnknownFormatError(FormatError):
    """No reader recognises the bytes."""


class OutputError(ProfkitError):
    """A result cannot be written: no such folder, no permission, a full disk."""


class InvalidProfileError(ProfkitError):
    """A profile breaks an invariant of the model: a defect of a reader or of a transform."""
