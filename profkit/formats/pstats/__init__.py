"""What ``python -m cProfile -o FILE`` writes, and :meth:`pstats.Stats.dump_stats`.

Source: Python's ``Lib/cProfile.py``, ``Lib/profile.py`` and ``Lib/pstats.py``, versions 2.7 to
3.14. The file is one marshalled dictionary: of each function its calls, its own and its total time,
and the same for each of its callers. It holds no stacks. Three parts:
:mod:`~profkit.formats.pstats.marshalled` decodes it, :mod:`~profkit.formats.pstats.table` checks
it, and :mod:`~profkit.formats.pstats.sharing` estimates the call tree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

# A dictionary whose first key is a tuple of three, or an empty one.
_BEGINNING = re.compile(rb"[{\xfb](?:[(\xa8]\x03\0\0\0|[)\xa9]\x03|0\Z)")


def sniff(head: bytes) -> bool | None:
    """Tell a dump by how a dictionary of such keys begins."""
    return bool(_BEGINNING.match(head))


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read a dump.

    Raises :class:`~profkit.errors.FormatError` where it is damaged or holds something else, and
    :class:`~profkit.errors.EmptyInputError` where no function was called.
    """
    from profkit.formats.pstats.assemble import assemble  # noqa: PLC0415
    from profkit.formats.pstats.marshalled import decode  # noqa: PLC0415
    from profkit.formats.pstats.table import tabulate  # noqa: PLC0415
    from profkit.profile import ProfileBuilder  # noqa: PLC0415

    builder = ProfileBuilder()
    value = decode(b"".join(source.chunks()), source.name)
    return assemble(tabulate(value, source.name, builder.ledger), source.name, builder)
