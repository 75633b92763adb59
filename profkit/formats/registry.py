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
from typing import TYPE_CHECKING, Literal, Protocol, cast

from profkit.errors import UnknownFormatError, UsageError
from profkit.formats.selection import TickSelection

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["FORMATS", "Compat", "Format", "ReadOptions", "Weighing", "detect", "find_format"]

Weighing = Literal["hits", "samples", "deltas"]
"""What the time of a sample agrees with: see :attr:`ReadOptions.weigh`."""

Compat = Literal["devtools", "devtools-timeline", "speedscope", "cpupro"]
"""A tool whose figures are reproduced."""


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
    sources: bool = False
    """Whether the text of source files is kept, where the file holds it."""
    target: str = ""
    """The folder below which the files lie that the recorded program had mapped."""
    source_maps: tuple[str, ...] = ()
    """Source maps of generated JavaScript, or folders of them."""
    find_source_maps: bool = True
    """Whether other generated files have their maps from beside them, where they are here."""
    weigh: Weighing = "hits"
    """How a CPU profile's time is divided: so that it agrees with the hit counts, in equal parts
    among samples, or by the time between samples as it is in the file."""
    compat: Compat | None = None
    """The tool whose figures a CPU profile shall have."""
    ticks: TickSelection = field(default_factory=TickSelection)
    """Which ticks of a V8 log are read."""


class _Reader(Protocol):
    def sniff(self, head: bytes) -> bool | None: ...

    def read(self, source: Source, options: ReadOptions) -> Profile: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for ``--input-format``, what it is, and how its files are named.

    ``has_hits`` tells that files have both hit counts and times, so that there is a choice.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    has_hits: bool = False

    @property
    def reader(self) -> _Reader:
        """The module that reads it, imported when first needed."""
        return cast("_Reader", importlib.import_module(f"profkit.formats.{self.name}"))


FORMATS = (
    Format("v8log", "V8 tick log (node --prof)", (".log",)),
    Format(
        "cpuprofile",
        "V8 CPU profile (node --cpu-prof, Chrome DevTools)",
        (".cpuprofile",),
        has_hits=True,
    ),
    Format("speedscope", "speedscope JSON (py-spy, speedscope)", (".speedscope.json",)),
    Format(
        "trace_spans", "calls in a trace (py-spy -f chrometrace, VizTracer)", (".chrometrace.json",)
    ),
    Format("devtools_trace", "trace with CPU samples (Chrome DevTools, Node)", (".json", ".trace")),
    Format("pyinstrument", "pyinstrument session or JSON", (".pyisession", ".json")),
    Format("pstats", "cProfile statistics (pstats)", (".pstats", ".prof", ".cprof")),
    Format("perf", "perf script", (".perf", ".perf.txt")),
    Format("austin", "Austin's text", (".austin",)),
    Format("pprof", "pprof (Go, gperftools)", (".pb", ".pprof", ".prof")),
    Format("folded", "folded stacks (py-spy -f raw, stackcollapse)", (".folded", ".txt")),
)

_HEAP_SNAPSHOT = (b"snapshot", b"meta")


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
    from profkit.formats.jsontext import key_paths  # noqa: PLC0415 (imports msgspec)

    if _HEAP_SNAPSHOT in key_paths(source.head):
        message = "this is a heap snapshot (objects in memory); a CPU profile is expected"
        raise UnknownFormatError(source.name, message)
    titles = "; ".join(known.title for known in FORMATS)
    raise UnknownFormatError(source.name, f"not a profile that profkit knows ({titles})")
