"""Transforms written as anyone would write them down first: on one stack, a list of frames."""

from __future__ import annotations

import re
from typing import NamedTuple

from profkit.profile import Kind, Tier, function_name

RUNTIME = ("", "node:", "python:")


class Frame(NamedTuple):
    """All that tells a frame from others."""

    name: str
    file: str
    place: tuple[int, int]
    kind: Kind
    package: str
    at: tuple[int, int] = (-1, -1)
    tier: Tier = Tier.NONE

    @property
    def function(self):
        return self[:5]


def samples(profile):
    """Return each sample as its thread, stack from root to leaf, values, time and state."""
    functions, frames = profile.functions, profile.frames
    described = [
        Frame(
            function_name(profile, n),
            profile.text(int(functions.file[n])),
            (int(functions.line[n]), int(functions.column[n])),
            Kind(functions.kind[n]),
            profile.text(int(functions.package[n])),
            (int(frames.line[f]), int(frames.column[f])),
            Tier(frames.tier[f]),
        )
        for f, n in enumerate(frames.function.tolist())
    ]
    stacks = []
    for parent, frame in zip(
        profile.tree.parent.tolist(), profile.tree.frame.tolist(), strict=True
    ):
        stacks.append([*(stacks[parent] if parent >= 0 else []), described[frame]])
    return [
        (
            number,
            stacks[node],
            table.values[row].tolist(),
            None if table.time is None else int(table.time[row]),
            None if table.state is None else int(table.state[row]),
        )
        for number, table in enumerate(thread.samples for thread in profile.threads)
        for row, node in enumerate(table.node.tolist())
    ]


def fits(text, frame):
    column, colon, pattern = text.partition(":")
    if colon and column in ("name", "file", "package"):
        return re.search(pattern, getattr(frame, column)) is not None and getattr(frame, column)
    if colon and column == "kind":
        return re.search(pattern, frame.kind.label)
    return any(part and re.search(text, part) for part in (frame.name, frame.file, frame.package))


def focus(stack, text):
    return stack if any(fits(text, frame) for frame in stack) else []


def ignore(stack, text):
    return [] if focus(stack, text) else stack


def hide(stack, text):
    return [frame for frame in stack if not fits(text, frame)]


def show(stack, text):
    return [frame for frame in stack if fits(text, frame)]


def show_from(stack, text):
    found = [place for place, frame in enumerate(stack) if fits(text, frame)]
    return stack[found[0] :] if found else []


def prune_from(stack, text):
    found = [place for place, frame in enumerate(stack) if fits(text, frame)]
    return stack[: found[-1] + 1] if found else stack


def collapse_recursion(stack):
    return [
        frame
        for frame, below in zip(stack, [*stack[1:], None], strict=True)
        if below is None or frame.function != below.function
    ]


def label(frame):
    return frame.package or f"({frame.kind.label})"


def group(frame, kinds):
    return Frame(label(frame), "", (-1, -1), kinds[label(frame)], frame.package)


def collapse_package(stack, name, kinds):
    answer = []
    for above, frame in zip([None, *stack[:-1]], stack, strict=True):
        if label(frame) != name:
            answer.append(frame)
        elif above is None or label(above) != name:
            answer.append(group(frame, kinds))
    return answer


def mine(stack, kinds):
    own = [frame for frame in stack if frame.package == "(app)"]
    if own:
        return own
    owners = [frame for frame in stack if frame.package not in RUNTIME]
    return [group(owners[-1] if owners else stack[-1], kinds)]
