"""Find the function, or the file, that a user means."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, full_place, function_name, short_place
from profkit.profile.columns import IndexColumn, indexes

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.profile import Profile

__all__ = ["find_file", "find_function"]

_CANDIDATES_SHOWN = 8


def find_function(profile: Profile, text: str) -> IndexColumn:
    """Return the numbers of the function that ``text`` names; ``int32``, shape ``(found,)``.

    ``text`` is a function's name (``logRequest``), its place (``morgan/index.js:144``, with as
    much of the path as tells it apart) or both (``logRequest@morgan/index.js``). What fits exactly
    comes before what merely contains the text. Functions of one name on one line are one.

    Raises :class:`UsageError` where nothing fits, and where several functions do, naming them.
    """
    by_label = defaultdict(list)
    for number in np.unique(profile.function_of_node).tolist():
        by_label[function_name(profile, number), full_place(profile, number)].append(number)
    for fits in (_is_name, _is_place, _is_both, _holds):
        found = [label for label in by_label if fits(text, *label)]
        if len(found) == 1:
            return indexes(by_label[found[0]])
        if found:
            raise _several(profile, text, [by_label[label][0] for label in sorted(found)])
    raise UsageError(f"no function's name or place contains {text!r}")


def find_file(profile: Profile, text: str) -> int:
    """Return the string's number of the file that ``text`` names, of those that functions are in.

    ``text`` is its path, or as much of its end, from a folder's bound on, as tells it apart, or,
    where neither fits, a part of it.

    Raises :class:`UsageError` where nothing fits, and where several files do, naming them.
    """
    used = np.unique(profile.functions.file[profile.function_of_node])
    files = {profile.strings[number]: number for number in used[used != ABSENT].tolist()}
    end = text.replace("\\", "/")
    for fits in (
        lambda path: path == text,
        lambda path: end != "" and _ends_in(path.replace("\\", "/"), end),
        lambda path: text in path,
    ):
        found = sorted(filter(fits, files))
        if len(found) == 1:
            return int(files[found[0]])
        if found:
            raise UsageError(f"{text!r} fits {len(found)} files: {_listed(found)}")
    raise UsageError(f"no function is in a file whose path contains {text!r}")


def _is_name(text: str, name: str, place: str) -> bool:  # noqa: ARG001
    return name == text


def _is_place(text: str, name: str, place: str) -> bool:  # noqa: ARG001
    """Tell whether the place ends in the text, at a folder's bound; with or without a line."""
    if not text:
        return False
    file, _, line = place.rpartition(":")
    return _ends_in(place, text) or (line.isdigit() and _ends_in(file, text))


def _ends_in(path: str, text: str) -> bool:
    return path.endswith(text) and (path == text or path[-len(text) - 1] in "/\\" or text[0] == "/")


def _is_both(text: str, name: str, place: str) -> bool:
    # Names hold an @ too (Python's, npm's scopes), so that each may be the one between.
    return any(
        text[:at] == name and (text[at + 1 :] == place or _is_place(text[at + 1 :], name, place))
        for at, character in enumerate(text)
        if character == "@"
    )


def _holds(text: str, name: str, place: str) -> bool:
    return text in name or text in f"{name}@{place}"


def _several(profile: Profile, text: str, functions: list[int]) -> UsageError:
    labels = _labels(profile, functions, short_place)
    if len(set(labels)) < len(labels):
        labels = _labels(profile, functions, full_place)
    return UsageError(f"{text!r} fits {len(labels)} functions: {_listed(labels)}")


def _listed(labels: list[str]) -> str:
    more = len(labels) - _CANDIDATES_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(labels[:_CANDIDATES_SHOWN]) + rest


def _labels(
    profile: Profile, functions: list[int], place: Callable[[Profile, int], str]
) -> list[str]:
    return [f"{function_name(profile, number)}@{place(profile, number)}" for number in functions]
