"""Traces of Chrome and Node with V8's CPU samples in them, as DevTools' Performance panel saves.

Source: Google's "Trace Event Format", V8's ``CpuProfile::StreamPendingTraceEvents``, which writes
the events, and for what they mean DevTools' ``SamplesHandler``. Two parts:
:mod:`~profkit.formats.devtools_trace.recordings` collects the events of each CPU profile, and
:mod:`~profkit.formats.devtools_trace.assemble` reads these as any CPU profile is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]


def sniff(head: bytes) -> bool | None:
    """Tell a trace by the keys that stand in its beginning, in whatever order."""
    from profkit.formats.traceevents import begins_like_a_trace  # noqa: PLC0415 (imports msgspec)

    return begins_like_a_trace(head)


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read the CPU profiles of a trace, each as a thread.

    Raises :class:`~profkit.errors.FormatError` where events or call trees make no sense, and
    :class:`~profkit.errors.EmptyInputError` where no CPU samples are among the events.
    """
    from profkit.formats.devtools_trace.assemble import assemble  # noqa: PLC0415
    from profkit.formats.devtools_trace.recordings import collect  # noqa: PLC0415
    from profkit.profile import LedgerBook  # noqa: PLC0415

    ledger = LedgerBook()
    return assemble(collect(source, ledger), source.name, ledger)
