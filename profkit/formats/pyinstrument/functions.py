r"""pyinstrument's names for functions, threads and time that is in no function.

A frame is ``function\0file\0line``, with the line where the function begins; after a ``\x01`` each
come attributes of the moment: ``c`` and the class of ``self``, ``l`` and the line executed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from profkit.formats.places import kind_of
from profkit.profile import ABSENT, ProfileBuilder

__all__ = [
    "DUMMY_ROOT",
    "OWN",
    "THREAD",
    "WAITING",
    "Classes",
    "Identity",
    "identity_of",
    "intern",
    "line_of",
]

OWN = "[self]"
"""Time in the function above it."""
WAITING = {"[await]": "await", "[out-of-context]": "out of context"}
"""Time in the function above it that is not spent there, and the value type that counts it."""
DUMMY_ROOT = "[root]"
"""Stands above several roots."""
THREAD = "<thread>"
"""The file of a frame that is none but names the thread; its line is the thread's number."""

_NUMBER = re.compile(r"0*[1-9][0-9]{0,18}")


class Identity(NamedTuple):
    """What tells one function from another; the line is where it begins, -1 where unknown."""

    name: str
    file: str
    line: int


Classes = defaultdict[Identity, defaultdict[str, float]]
"""How long a function was seen with a class of ``self``. One name is shown, so the longest wins."""


def identity_of(identifier: str) -> Identity:
    """Take pyinstrument's identifier apart, attributes left out."""
    name, _, place = identifier.partition("\0")
    file, _, line = place.partition("\0")
    return Identity(name, file, line_of(line))


def line_of(text: str) -> int:
    """Return a line, or a thread's number, that stands as text; -1 where it is none."""
    return int(text) if _NUMBER.fullmatch(text) else ABSENT


def intern(identity: Identity, classes: Classes, builder: ProfileBuilder) -> int:
    """Return the number of a function, named with its class as pyinstrument does."""
    name, file, line = identity
    seen = classes.get(identity)
    if seen:
        name = f"{max(seen, key=seen.__getitem__)}.{name}"
    return builder.function(name, file, line, kind=kind_of(name, file))
