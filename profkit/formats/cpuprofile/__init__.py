"""V8's CPU profile, as ``node --cpu-prof``, Chrome DevTools and the inspector protocol write it.

Source: the type ``Profiler.Profile`` of the Chrome DevTools Protocol, and for what its numbers
mean DevTools' ``CPUProfileDataModel``. Its parts, in the order in which a file goes through them:

- :mod:`~profkit.formats.cpuprofile.schema` decodes any form of the file, with ``nesting`` where
  that is deep; ``nodes`` and ``functions`` make columns
- ``timing`` says when samples were taken and how long they stand, ``weighting`` corrects for
  samples that V8 adds, and ``measuring`` says what each counts; ``compat`` does as other tools do
- ``placing`` makes the tree, ``lines`` adds lines to it
- :mod:`~profkit.formats.cpuprofile.assemble` makes the profile, and ``disagreement`` what it says
  of itself
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_WRAPPERS = {(b"profile",), (b"cpuProfile",), (b"result", b"profile")}
_SURE = {
    (b"timeDeltas",),
    (b"nodes", b"", b"callFrame"),
    (b"head", b"callFrame"),
    (b"head", b"functionName"),
    (b"head", b"hitCount"),
}
_POSSIBLE = {(b"nodes", b"", b"id"), (b"head", b"id"), (b"samples",), (b"startTime",)}
_OTHERS = {(b"traceEvents",), (b"snapshot",), (b"shared",), (b"profiles",), (b"meta",)}


def sniff(head: bytes) -> bool | None:
    """Tell a CPU profile by the keys that stand in its beginning, in whatever order."""
    from profkit.formats.jsontext import key_paths  # noqa: PLC0415 (imports msgspec)

    verdict: bool | None = False
    wrapper: tuple[bytes, ...] = ()
    for path in key_paths(head):
        inner = path[len(wrapper) :] if path[: len(wrapper)] == wrapper else path
        if inner in _SURE:
            return True
        if inner in _OTHERS:
            return False
        if inner in _POSSIBLE:
            verdict = None
        if path in _WRAPPERS:
            wrapper = path
    return verdict


def read(source: Source, options: ReadOptions) -> Profile:
    """Read a CPU profile.

    Raises :class:`~profkit.errors.FormatError` where the call tree makes no sense, and
    :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.formats.cpuprofile.assemble import assemble  # noqa: PLC0415
    from profkit.formats.cpuprofile.schema import parse  # noqa: PLC0415
    from profkit.formats.jsontext import text_of  # noqa: PLC0415

    return assemble(parse(text_of(source), source.name, lines=options.lines), source.name, options)
