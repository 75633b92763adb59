"""The tuple of formats. A new format is one module and one line here.

A format's module offers two functions:

``sniff(head: bytes) -> bool | None``
    Whether a file that begins with ``head`` is of this format: surely, surely not, or (None)
    perhaps, in which case the file's name decides.
``read(source: Source, options: ReadOptions) -> Profile``
    The profile. Raises only :class:`~profkit.errors.InputError` and its kin.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from profkit.errors import UnknownFormatError, UsageError
from profkit.formats.selection import TickSelection

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["FORMATS", "Format", "ReadOptions", "detect", "find_format"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user may ask of any reader."""

    symbols: bool = True
    """Whether native code is named as well as can be, or left as the recording tool leaves it."""
    symbol_files: tuple[tuple[str, str], ...] = ()
    """Pairs of a library, by path or base name, and the file that holds its symbols."""
    inlined: bool = True
    """Whether functions that a compiler inlined are frames of their own, where that is known."""
    lines: bool = False
    """Whether frames have the lines that ran, where the format has more than one a function."""
    target: str = ""
    """The folder below which the files lie that the recorded program had mapped."""
    source_maps: tuple[str, ...] = ()
    """Files of source maps, for generated JavaScript."""
    ticks: TickSelection = field(default_factory=TickSelection)
    """Which ticks of a V8 log are read."""


class _Reader(Protocol):
    def sniff(self, head: bytes) -> bool | None: ...

    def read(self, source: Source, options: ReadOptions) -> Profile: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for ``--input-format``, what it is, and how its files are named."""

    name: str
    title: str
    suffixes: tuple[str, ...]

    @property
    def reader(self) -> _Reader:
        """The module that reads it, imported when first needed."""
        return cast("_Reader", importlib.import_module(f"profkit.formats.{self.name}"))


FORMATS = (
    Format("v8log", "V8 tick log (node --prof)", (".log",)),
    Format("cpuprofile", "V8 CPU profile (node --cpu-prof, Chrome DevTools)", (".cpuprofile",)),
    Format("speedscope", "speedscope JSON (py-spy, speedscope)", (".speedscope.json",)),
    Format("pprof", "pprof (Go, gperftools)", (".pb", ".pprof", ".prof")),
    Format("folded", "folded stacks (py-spy -f raw, stackcollapse)", (".folded", ".txt")),
)


def find_format(name: str) -> Format:
    """Return a format by its name. Raises :class:`UsageError` for one that is not known."""
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise UsageError(f"{name!r} is no format; known are {names}")


def detect(source: Source) -> Format:
    """Tell a source's format by its content first, by its name second.

    Raises :class:`UnknownFormatError` when no reader takes it.
    """
    possible = []
    for known in FORMATS:
        verdict = known.reader.sniff(source.head)
        if verdict:
            return known
        if verdict is None:
            possible.append(known)
    name = source.name.removesuffix(".gz").removesuffix(".zst")
    for known in possible:
        if name.endswith(known.suffixes):
            return known
    if possible:
        return possible[0]
    titles = "; ".join(known.title for known in FORMATS)
    raise UnknownFormatError(source.name, f"not a profile that profkit knows ({titles})")
