"""What V8's tool calls the frames of a profile, and the tree of what it does not hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Kind, StackTree
from profkit.transforms.rebuilding import keep_samples

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["Labels", "label_frames", "visible_tree", "without_unaccounted"]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a profile's frames: ``texts``, of each its kind and one ``frame`` that has it.

    ``of_frame`` (shape ``(frames,)``) numbers each frame's label, ``unknown`` (``bool``, of the
    labels' shape) tells labels of code that the recording tool does not know.
    """

    texts: list[str]
    kinds: Numbers
    frame: Numbers
    of_frame: Numbers
    unknown: npt.NDArray[np.bool_]


def label_frames(profile: Profile) -> Labels:
    """Name the frames as their tool does.

    Code of one name and several kinds, such as a native and a JavaScript ``write``, has a label for
    each of them.
    """
    frames = profile.frames
    kind_of_frame = profile.functions.kind[frames.function]
    numbers: dict[tuple[str, int], int] = {}
    of_frame = np.zeros(len(frames), np.int64)
    for frame, (tag, function, kind) in enumerate(
        zip(frames.tag.tolist(), frames.function.tolist(), kind_of_frame.tolist(), strict=True)
    ):
        label = profile.strings[tag] if tag != ABSENT else _plain_label(profile, function)
        of_frame[frame] = numbers.setdefault((label, kind), len(numbers))
    first = np.zeros(len(numbers), np.int64)
    first[of_frame[::-1]] = np.arange(len(frames))[::-1]
    kinds = kind_of_frame[first].astype(np.int64)
    # Only a tool that labels its frames tells code that it does not know from what has no kind.
    unknown = (kinds == Kind.UNKNOWN) & (frames.tag[first] != ABSENT)
    return Labels([label for label, _ in numbers], kinds, first, of_frame, unknown)


def _plain_label(profile: Profile, function: int) -> str:
    table = profile.functions
    name, file = profile.text(table.name[function]), profile.text(table.file[function])
    place = ":".join(
        str(part) for part in (file, table.line[function], table.column[function]) if part != ABSENT
    )
    return f"{name} {place}" if file else name


def visible_tree(
    profile: Profile, label_of_frame: Numbers, is_hidden: npt.NDArray[np.bool_]
) -> tuple[StackTree, Numbers]:
    """Take frames with hidden labels out and merge the rest by label.

    Returns the tree, whose frames are labels, and each node's place in it (a hidden node's is its
    caller's; -1 where all of the stack is hidden).
    """
    tree = profile.tree
    hidden = is_hidden[label_of_frame[tree.frame]]
    nearest = tree.nearest(~hidden)
    shown = np.flatnonzero(~hidden)
    number = np.full(len(tree) + 1, ABSENT, np.int64)
    number[shown] = np.arange(len(shown))
    above = np.append(nearest, ABSENT)[tree.parent[shown]]
    merged, place = StackTree.from_parents(number[above], label_of_frame[tree.frame[shown]])
    of_shown = np.append(place, ABSENT)
    return merged, of_shown[number[nearest]].astype(np.int64)


def without_unaccounted(profile: Profile) -> Profile:
    """Return a profile without the samples in code that its tool does not know."""
    labels = label_frames(profile)
    nowhere = labels.unknown[labels.of_frame[profile.tree.frame]]
    return keep_samples(profile, [~nowhere[thread.samples.node] for thread in profile.threads])
