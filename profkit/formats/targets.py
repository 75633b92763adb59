"""The tuple of formats that are written. A new one is a module ``write`` and one line here.

It offers one function, ``write(profile: Profile, value_type: int | None) -> Iterator[bytes]``,
which yields the file in pieces. ``value_type`` is the only value to be written, None where the
format may hold as many as it can. It raises :class:`~profkit.errors.UsageError` for what cannot be
written at all.
"""

from __future__ import annotations

import enum
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from profkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import Profile

__all__ = ["TARGETS", "Content", "Target", "find_target", "target_for"]


class Content(enum.Enum):
    """What a profile may hold and a format may not, in the words that users read."""

    VALUES = "further values"
    TIMES = "when samples were taken"
    THREADS = "which thread a sample is of"
    LINES = "lines that ran"
    CALLER_LINES = "lines that callers were at"
    TIERS = "which compiler made the code"
    ADDRESSES = "native addresses"
    STATES = "states of the virtual machine"
    DEOPTS = "deoptimisations"


class _Writer(Protocol):
    def write(self, profile: Profile, value_type: int | None) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Target:
    """A format to write: its name for ``--format``, what it is, its files' names, what it holds.

    ``wants_lines`` says whether profiles are best read with the lines that ran, ``holds_hits``
    whether samples have a time and a count, ``times_are_values`` whether they follow one another as
    their values say, ``packed`` whether its files are compressed with gzip, whatever their name.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    holds: frozenset[Content] = frozenset()
    wants_lines: bool = False
    holds_hits: bool = False
    times_are_values: bool = False
    packed: bool = False

    @property
    def writer(self) -> _Writer:
        """The module that writes it, imported when first needed."""
        return cast("_Writer", importlib.import_module(f"profkit.formats.{self.name}.write"))


_C = Content
_V8 = frozenset({_C.TIMES, _C.LINES})
_RICH = frozenset({_C.THREADS, _C.LINES, _C.CALLER_LINES, _C.ADDRESSES})

TARGETS = (
    Target(
        "speedscope",
        "speedscope JSON",
        (".speedscope.json",),
        frozenset({_C.VALUES, _C.TIMES, _C.THREADS}),
        times_are_values=True,
    ),
    Target(
        "cpuprofile",
        "V8 CPU profile, for DevTools and VS Code",
        (".cpuprofile",),
        _V8,
        holds_hits=True,
    ),
    Target(
        "chrome_trace",
        "Chrome trace, for DevTools and Perfetto",
        (".trace.json", ".chrometrace.json"),
        _V8 | {_C.THREADS},
    ),
    Target(
        "pprof",
        "pprof (profile.proto)",
        (".pb", ".pprof"),
        _RICH | {_C.VALUES},
        wants_lines=True,
        packed=True,
    ),
    Target(
        "firefox",
        "Firefox Profiler's processed profile",
        (".firefox.json", ".profile.json"),
        _RICH | {_C.TIMES, _C.TIERS},
        wants_lines=True,
    ),
    Target(
        "folded",
        "folded stacks, for flamegraph.pl and inferno",
        (".folded", ".txt"),
        frozenset({_C.THREADS, _C.LINES, _C.CALLER_LINES}),
    ),
)
_COMPRESSED = (".gz", ".zst")


def find_target(name: str) -> Target:
    """Return a format by its name. Raises :class:`UsageError` for one that is not written."""
    for target in TARGETS:
        if target.name == name:
            return target
    raise UsageError(f"{name!r} is no format that is written; those are {_names()}")


def target_for(path: str) -> Target:
    """Tell the format by the name of the file to write.

    Raises :class:`UsageError` where that does not tell.
    """
    name = path.lower()
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    for target in TARGETS:
        if name.endswith(target.suffixes):
            return target
    raise UsageError(
        f"{path}: the name does not tell the format to write; choose one of {_names()}"
    )


def _names() -> str:
    return ", ".join(target.name for target in TARGETS)
