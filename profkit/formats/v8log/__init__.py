"""V8's tick log, as ``node --prof`` writes it.

Four parts: :mod:`~profkit.formats.v8log.reader` follows the lines,
:mod:`~profkit.formats.v8log.codemap` keeps track of code,
:mod:`~profkit.formats.v8log.ticks` of ticks, and
:mod:`~profkit.formats.v8log.assemble` brings them together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from profkit.formats.encoding import utf8_head
from profkit.formats.selection import TickSelection

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_SURE = re.compile(rb"v8-version,\d")
_LINE = re.compile(rb"(?:tick|code-creation|shared-library|profiler|v8-platform),", re.MULTILINE)


def sniff(head: bytes) -> bool | None:
    """Tell a V8 log by its header, or by a first line of a kind that only V8 writes."""
    head = utf8_head(head)
    return bool(_SURE.match(head) or _LINE.match(head))


def read(source: Source, options: ReadOptions) -> Profile:
    """Read a log, streamed.

    Raises :class:`~profkit.errors.FormatError` where no line of it is V8's.
    """
    from profkit.formats.v8log.assemble import assemble  # noqa: PLC0415
    from profkit.formats.v8log.halves import follow_all  # noqa: PLC0415
    from profkit.formats.v8log.reader import LogReader  # noqa: PLC0415
    from profkit.formats.v8log.selection import MARKS, select  # noqa: PLC0415

    inlined = options.symbols and options.inlined
    marks = MARKS if options.ticks != TickSelection() else ()
    log = LogReader(
        source.name,
        inlined=inlined,
        lines=options.lines,
        sources=options.sources,
        marks=marks,
    )
    follow_all(log, source)
    return assemble(log, select(log, options.ticks), like_node=not options.symbols)
