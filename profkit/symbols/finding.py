"""Find the source maps of generated files: those that the user names, and those beside the files.

Source: ECMA-426, "Linking generated code to source maps": the last line of a generated file that is
no more than a comment ``//# sourceMappingURL=`` names its map, or holds it as a ``data:`` URL.
"""

from __future__ import annotations

import binascii
import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import numpy as np

from profkit.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from profkit.symbols.sourcemap import SourceMap

    Numbers = npt.NDArray[np.integer]

__all__ = ["Beside", "base_name", "is_as_recorded", "map_beside", "maps_named"]

_SUFFIXES = (".map", ".map.gz", ".map.zst")
_LINK = re.compile(rb"(?:^|[\r\n])[ \t]*//[#@] ?sourceMappingURL=([^\s'\"]+)\s*$")
_DATA = re.compile(rb"data:(?:application|text)/json[^,]*,")
_TAIL = 4096
_ENDS_INLINE = re.compile(rb"[\w+/=%.~-]+\s*")
_LOCAL = re.compile(r"/|[A-Za-z]:[\\/]")
_QUERY = re.compile(r"([a-z][a-z0-9+.-]+://[^?#]*)[?#].*")
_NEWLINE = ord("\n")
_HEADS = tuple(ord(letter) for letter in "([{#*'\"_$")
"""Besides a letter, what stands where V8 says that a function begins."""


class Beside(NamedTuple):
    """A source map that lies beside its file, the file's text, and the path the map has there."""

    map: SourceMap
    text: str
    place: str


def base_name(path: str) -> str:
    """Return the name of a file without its folders, as maps name files, in lower case."""
    if match := _QUERY.fullmatch(path):
        path = match[1]
    return path.replace("\\", "/").rpartition("/")[2].lower()


def maps_named(paths: Iterable[str], files: Iterable[str]) -> list[tuple[SourceMap, set[str]]]:
    """Read the maps at ``paths``; returns each with the names of the files that it is for.

    That is the name that stands in it, and its own without ``.map``. Of a folder those maps are
    read that are named after one of ``files``.

    Raises :class:`InputError` where a map makes no sense, :class:`UsageError` where a folder has
    none for these files.
    """
    from profkit.symbols.sourcemap import read_source_map  # noqa: PLC0415 (imports msgspec)

    wanted = {base_name(file) for file in files}
    answer = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 (pathlib costs start-up time)
            found = read_source_map(path)
            answer.append((found, {_without_suffix(path), base_name(found.file)} - {""}))
            continue
        names = _maps_in(path)
        chosen = [name for name in names if _without_suffix(name) in wanted]
        if not chosen:
            raise UsageError(
                f"{path} has {len(names)} source maps, and none is named after a file that "
                "functions of this profile are in"
            )
        for name in chosen:
            found = read_source_map(os.path.join(path, name))  # noqa: PTH118
            answer.append((found, {_without_suffix(name)}))
    return answer


def _maps_in(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 (pathlib again)
    except OSError as error:
        raise InputError(folder, (error.strerror or str(error)).lower()) from None
    return sorted(name for name in names if name.endswith(_SUFFIXES))


def map_beside(file: str, target: str = "") -> Beside | None:
    """Read the map that a generated file links to, holds, or has beside it.

    The file is looked for below the folder ``target``. None where it is not there or has no map;
    nothing is ever fetched. Raises :class:`InputError` where its map makes no sense.
    """
    path = target.rstrip("/") + file if target else file
    # What is no file, such as a pipe, would be waited for.
    if not (_LOCAL.match(file) and os.path.isfile(path)):  # noqa: PTH113
        return None
    try:
        with open(path, "rb") as opened:  # noqa: PTH123 (pathlib again)
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - _TAIL))
            tail = opened.read()
            is_beside = os.path.isfile(f"{path}.map")  # noqa: PTH113
            if not (is_beside or _LINK.search(tail) or _ENDS_INLINE.fullmatch(tail)):
                return None
            opened.seek(0)
            data = opened.read()
    except (OSError, ValueError):
        return None
    link = _LINK.search(data, max(0, data.rstrip().rfind(b"\n")))
    text = data.decode("utf-8-sig", "replace")
    from profkit.symbols.sourcemap import parse_source_map, read_source_map  # noqa: PLC0415

    if link and _DATA.match(link[1]):
        return Beside(parse_source_map(_decoded(link[1], path), path), text, file)
    places = [f"{path}.map"]
    if link:
        told = unquote(link[1].decode("utf-8", "replace"))
        places.insert(0, os.path.join(os.path.dirname(path), told))  # noqa: PTH118, PTH120
    for place in places:
        if os.path.isfile(place):  # noqa: PTH113
            return Beside(read_source_map(place), text, place.removeprefix(target.rstrip("/")))
    return None


def is_as_recorded(text: str, line: Numbers, column: Numbers) -> bool:
    """Tell whether functions can begin at all these places of a text, as far as one can see.

    ``line`` and ``column`` count from 1. A file that was generated again has others.
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    ends = np.append(np.flatnonzero(units == _NEWLINE), len(units))
    if int(line.max(initial=1)) > len(ends):
        return False
    end = ends[line - 1]
    begin = np.append(-1, ends)[line - 1] + 1
    place = begin + column - 1
    inner = (line > 1) | (column > 1)  # the script as a whole begins with anything
    if (place[inner] >= end[inner]).any():
        return False
    unit = units[place[inner]]
    is_letter = (unit >= ord("a")) & (unit <= ord("z")) | (unit >= ord("A")) & (unit <= ord("Z"))
    return bool((is_letter | (unit > 127) | np.isin(unit, _HEADS)).all())  # noqa: PLR2004


def _decoded(url: bytes, path: str) -> bytes:
    head, _, body = url.partition(b",")
    if not head.endswith(b";base64"):
        return unquote_to_bytes(body)
    try:
        return binascii.a2b_base64(unquote_to_bytes(body), strict_mode=True)
    except binascii.Error as error:
        raise InputError(path, f"holds a source map that is no base64: {error}") from None


def _without_suffix(path: str) -> str:
    name = base_name(path)
    return name.removesuffix(".gz").removesuffix(".zst").removesuffix(".map")
