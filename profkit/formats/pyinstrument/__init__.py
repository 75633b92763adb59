r"""pyinstrument's own files: what its JSON renderer prints, and the sessions that it saves.

Source: pyinstrument's ``renderers/jsonrenderer.py``, ``session.py``, ``frame.py`` and
``frame_info.py``, versions 3 to 5. A session holds every sample, with its time; the renderer prints
a call tree, from which it has left out short branches unless it was told not to. Four parts:
:mod:`~profkit.formats.pyinstrument.schema` decodes either,
:mod:`~profkit.formats.pyinstrument.sessions` and :mod:`~profkit.formats.pyinstrument.trees` make
stacks and values of them, :mod:`~profkit.formats.pyinstrument.functions` names functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_SURE = {(b"root_frame",), (b"frame_records",), (b"start_call_stack",)}


def sniff(head: bytes) -> bool | None:
    """Tell pyinstrument's files by the keys that stand in their beginning."""
    from profkit.formats.jsontext import key_paths  # noqa: PLC0415 (imports msgspec)

    return any(path in _SURE for path in key_paths(head))


def read(source: Source, options: ReadOptions) -> Profile:
    """Read a session or a rendered tree.

    Raises :class:`~profkit.errors.FormatError` where times or frames make no sense, and
    :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.formats.jsontext import text_of  # noqa: PLC0415
    from profkit.formats.pyinstrument.schema import Session, parse  # noqa: PLC0415
    from profkit.formats.pyinstrument.sessions import read_session  # noqa: PLC0415
    from profkit.formats.pyinstrument.trees import read_tree  # noqa: PLC0415

    file = parse(text_of(source), source.name)
    if isinstance(file, Session):
        return read_session(file, source.name, lines=options.lines)
    return read_tree(file, source.name)
