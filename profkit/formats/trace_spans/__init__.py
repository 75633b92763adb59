"""Calls that begin and end, as py-spy's ``chrometrace`` and tracers write them.

Source: the duration events of Google's "Trace Event Format": ``B`` begins a call, ``E`` ends the
innermost one of its thread, ``X`` is a whole one. Two parts:
:mod:`~profkit.formats.trace_spans.calls` collects the events thread by thread, and
:mod:`~profkit.formats.trace_spans.assemble` makes samples of what is open between two of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

# py-spy's and VizTracer's categories, whose events are all calls of functions.
_OF_CALLS = re.compile(rb'"cat"\s*:\s*"(?:py-spy|fee|FEE)"')


def sniff(head: bytes) -> bool | None:
    """Tell a trace of calls by the category of its events.

    Any trace may have duration events, but what they are only its writer knows: a browser's are
    tasks and paints. Such a trace is read as calls only where the user says so.
    """
    from profkit.formats.traceevents import begins_like_a_trace  # noqa: PLC0415 (imports msgspec)

    return bool(_OF_CALLS.search(head)) and begins_like_a_trace(head) is True


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read the duration events of a trace as calls, thread by thread.

    Raises :class:`~profkit.errors.FormatError` where an event makes no sense, and
    :class:`~profkit.errors.EmptyInputError` where none is a call.
    """
    from profkit.formats.trace_spans.assemble import assemble  # noqa: PLC0415
    from profkit.formats.trace_spans.calls import collect  # noqa: PLC0415
    from profkit.profile import ProfileBuilder  # noqa: PLC0415

    builder = ProfileBuilder()
    return assemble(collect(source, builder), source.name, builder)
