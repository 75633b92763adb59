"""speedscope's own JSON, as py-spy, pyinstrument, rbspy and speedscope itself write it.

Source: https://www.speedscope.app/file-format-schema.json and speedscope's
``src/lib/file-format-spec.ts``. Three parts: :mod:`~profkit.formats.speedscope.schema` decodes the
file, :mod:`~profkit.formats.speedscope.profiles` turns samples and events into stacks and weights,
:mod:`~profkit.formats.speedscope.assemble` makes the profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_SCHEMA = b"speedscope.app/file-format-schema"
_SURE = {(b"shared", b"frames"), (b"profiles", b"", b"startValue"), (b"profiles", b"", b"endValue")}
_POSSIBLE = {(b"$schema",), (b"shared",), (b"profiles",), (b"activeProfileIndex",), (b"exporter",)}


def sniff(head: bytes) -> bool | None:
    """Tell speedscope's format by its schema, or else by the keys that stand in its beginning."""
    from profkit.formats.jsontext import key_paths  # noqa: PLC0415 (imports msgspec)

    verdict: bool | None = False
    for path in key_paths(head):
        if path in _SURE or (path == (b"$schema",) and _SCHEMA in head):
            return True
        if path in _POSSIBLE:
            verdict = None
    return verdict


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read all profiles of a file, each as a thread.

    Raises :class:`~profkit.errors.FormatError` where samples, weights, events or frames make no
    sense, and :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.formats.jsontext import text_of  # noqa: PLC0415
    from profkit.formats.speedscope.assemble import assemble  # noqa: PLC0415
    from profkit.formats.speedscope.schema import parse  # noqa: PLC0415

    return assemble(parse(text_of(source), source.name), source.name)
