"""From what was read to what is looked at, and what is said about the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from profkit.cli.messages import note
from profkit.errors import UsageError
from profkit.profile import Extent
from profkit.transforms.steps import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Applied, Profile
    from profkit.transforms.steps import Step

__all__ = ["Subject", "narrow", "narrow_all"]

Subject = Literal["samples", "deopts"]

_TAKE_FRAMES_OUT = ("hide", "merge-function")


def narrow(profile: Profile, steps: Sequence[Step], subject: Subject = "samples") -> Profile:
    """Apply steps, and say of each where it found nothing or left samples without a frame.

    Raises :class:`~profkit.errors.UsageError` where there were samples, or what else the command
    is about, and none remain; and where a step cannot be.
    """
    answer = apply(profile, steps)
    for done in answer.applied:
        _tell(done, is_end=subject == "samples")
    if subject == "deopts" and len(profile.deopts) and not len(answer.deopts):
        asked = " ".join(done.words for done in answer.applied)
        raise UsageError(f"{asked} leaves none of the deoptimisations")
    return answer


def narrow_all(profiles: Sequence[Profile], steps: Sequence[Step]) -> list[Profile]:
    """Apply steps to each of several runs, and say of each step what :func:`narrow` does.

    It is said of all runs together: what one of them has none of may be what it differs in.

    Raises :class:`~profkit.errors.UsageError` where nothing remains of all, and where a step cannot
    be.
    """
    answers = [apply(profile, steps) for profile in profiles]
    done = [a.applied[len(p.applied) :] for a, p in zip(answers, profiles, strict=True)]
    for of_runs in zip(*done, strict=True):
        before = sum(one.before.samples for one in of_runs)
        after = sum(one.after.samples for one in of_runs)
        whole = replace(
            of_runs[0],
            matched=any(one.matched for one in of_runs),
            before=Extent(before, (), ()),
            after=Extent(after, (), ()),
        )
        _tell(whole, is_end=True)
    return answers


def _tell(done: Applied, *, is_end: bool) -> None:
    before, after = done.before.samples, done.after.samples
    is_end = is_end and before > 0 and after == 0
    if not done.matched:
        if is_end:
            raise UsageError(f"{done.words} matches nothing, so nothing remains")
        note(f"{done.words} matches nothing")
    elif is_end:
        raise UsageError(f"{done.words} leaves none of {before:,} samples")
    elif done.name in _TAKE_FRAMES_OUT and after < before:
        gone = before - after
        note(f"{done.words} leaves no frame of {gone:,} of {before:,} samples; they are dropped")
