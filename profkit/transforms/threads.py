"""Keep some threads of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.errors import UsageError
from profkit.profile import thread_name
from profkit.transforms.patterns import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile

__all__ = ["keep_threads"]


def keep_threads(profile: Profile, wanted: Sequence[str]) -> Profile:
    """Return a profile with the threads that any of ``wanted`` names, or all if it is empty.

    A thread is named by its number, from 1 in the profile's order, by its whole name, or by a
    regular expression that is found in its name.

    Raises :class:`UsageError` where one of them names no thread, or is no regular expression.
    """
    if not wanted:
        return profile
    names = [thread_name(thread) for thread in profile.threads]
    kept: set[int] = set()
    for text in wanted:
        found = _matching(names, text)
        if not found:
            known = ", ".join(f"{n}: {name}" for n, name in enumerate(names, 1))
            raise UsageError(f"no thread is called {text!r}; they are {known or 'none'}")
        kept |= found
    return profile.replace(threads=tuple(profile.threads[n] for n in sorted(kept)))


def _matching(names: Sequence[str], text: str) -> set[int]:
    same = {number for number, name in enumerate(names) if name == text}
    if same:
        return same
    if text.isdecimal():
        number = int(text[:9]) - 1
        return {number} if 0 <= number < len(names) else set()
    pattern = compiled(text)
    return {number for number, name in enumerate(names) if pattern.search(name)}
