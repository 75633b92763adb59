"""What a page knows of a profile: a head of names and words, and the columns that it points to."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from profkit.profile import (
    ABSENT,
    Kind,
    Tier,
    function_name,
    short_place,
    thread_name,
)
from profkit.profile.columns import unique_rows
from profkit.render.escape import escape
from profkit.render.page.columns import ColumnWriter
from profkit.render.page.samples import bounded, rows_of, summed
from profkit.render.page.siblings import by_rank
from profkit.render.palette import FAMILIES, swatch
from profkit.render.values import scale_of
from profkit.transforms.joining import Joined, Side
from profkit.transforms.times import recorded_span
from profkit.views.categories import Category, category_of_function
from profkit.views.order import function_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile, StackTree, Thread
    from profkit.render.page.samples import Rows

    Integers = npt.NDArray[np.integer]

__all__ = ["names_of_sides", "page_data"]

_LONGEST_TEXT = 2_000
_MOST_ROWS = 2_000_000
"""How many samples a page holds one by one: what a browser draws and sums without waiting."""


def page_data(subject: Profile | Joined, about: dict[str, object]) -> Iterator[bytes]:
    """Yield the data of a page in pieces: the length of the head, the head, the columns.

    The length is four bytes, little-endian; the head is JSON. ``about`` is what the head says
    besides. Two sides have no time in common, so theirs are left out.
    """
    profile = subject.profile if isinstance(subject, Joined) else subject
    columns = ColumnWriter()
    by_name = _by_name(profile)
    tree, place, frame = _named_tree(profile, by_name)
    head = {
        **about,
        **_meta(profile),
        **_sides(subject),
        "sources": _sources(profile, by_name),
        "functions": _functions(profile, by_name, columns),
        "tree": _tree(profile, tree, frame, by_name, columns),
        "threads": [
            {"side": side, **_thread(profile, thread, place, _share(profile, thread), columns)}
            for thread, side in zip(_threads(subject), _side_of_threads(subject), strict=True)
        ],
    }
    encoded = msgspec.json.encode(head)
    yield len(encoded).to_bytes(4, "little")
    yield encoded
    yield from columns.pieces()


def _text(text: str) -> str:
    """Return a text as it is safe to show, and not longer than anybody reads."""
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}… ({len(text) - _LONGEST_TEXT:,} more letters)"
    return escape(text)


def _by_name(profile: Profile) -> npt.NDArray[np.int64]:
    """Return the functions that occur, in the order of their names."""
    used = np.unique(profile.function_of_node).tolist()
    labels = [function_label(profile, number) for number in used]
    rows = sorted((label[0].casefold(), label, n) for n, label in zip(used, labels, strict=True))
    return np.array([number for _, _, number in rows], np.int64)


def _rank(profile: Profile, by_name: Integers) -> npt.NDArray[np.int64]:
    """Return each function's place among those that occur."""
    rank = np.full(len(profile.functions), ABSENT, np.int64)
    rank[by_name] = np.arange(len(by_name))
    return rank


def _named_tree(profile: Profile, by_name: Integers) -> tuple[StackTree, Integers, Integers]:
    """Return the tree with siblings by name, where each node went, and a frame for each number.

    Frames that look the same in a page become one: those of one function, tier and line.
    """
    frames = profile.frames
    function = _rank(profile, by_name)[frames.function]
    first, row_of = unique_rows(function, frames.tier, frames.line)
    order = np.lexsort((frames.line[first], frames.tier[first], function[first]))
    rank = np.empty(len(first), np.int64)
    rank[order] = np.arange(len(first))
    tree, place = by_rank(profile.tree, rank[row_of][profile.tree.frame])
    return tree, place, first[order]


def _meta(profile: Profile) -> dict[str, object]:
    meta = profile.meta
    span = recorded_span(profile)
    return {
        "source": _text(meta.source),
        "format": meta.format,
        "producer": _text(meta.producer),
        "start": None if span is None else 0,
        "span": None if span is None else span[1] - span[0],
        "interval": meta.interval,
        "valueTypes": [
            {
                "type": _text(kind.type),
                "unit": _text(kind.unit),
                **asdict(scale_of(kind, int(profile.self_values(number).sum()))),
            }
            for number, kind in enumerate(profile.value_types)
        ],
        "kinds": [kind.label for kind in Kind],
        "tiers": [tier.label for tier in Tier],
        "categories": [category.label for category in Category],
        "facts": [(_text(name), _text(value)) for name, value in meta.facts],
        "remarks": [_text(remark) for remark in meta.remarks],
        "applied": [_text(step.words) for step in profile.applied],
        "ledger": [
            {
                "action": entry.action.value,
                "unit": _text(entry.unit),
                "cause": _text(entry.cause),
                "count": entry.count,
                "example": _text(entry.example),
            }
            for entry in profile.ledger.entries
        ],
    }


def _sides(subject: Profile | Joined) -> dict[str, object]:
    """Return the files of two sides; of two sides there is no span of time."""
    if not isinstance(subject, Joined):
        return {"sides": None}
    base, candidate = map(_text, names_of_sides(subject))
    return {"sides": {"base": base, "candidate": candidate}, "span": None}


def names_of_sides(joined: Joined) -> list[str]:
    """Return the names of the files of the base, and of the candidate, without their folders."""
    return [
        ", ".join(PurePath(run.name).name for run in joined.runs if run.side == side)
        for side in Side
    ]


def _threads(subject: Profile | Joined) -> Sequence[Thread]:
    if not isinstance(subject, Joined):
        return subject.threads
    return [replace(t, samples=replace(t.samples, time=None)) for t in subject.profile.threads]


def _side_of_threads(subject: Profile | Joined) -> list[int]:
    if not isinstance(subject, Joined):
        return [int(Side.CANDIDATE)] * len(subject.threads)
    return [int(subject.runs[run].side) for run in subject.run_of_thread.tolist()]


def _functions(profile: Profile, by_name: Integers, columns: ColumnWriter) -> dict[str, object]:
    """Return the functions that occur, in the order of their names."""
    table = profile.functions
    numbers = by_name.tolist()
    files, file_of = _distinct(profile, table.file[by_name])
    packages, package_of = _distinct(profile, table.package[by_name])
    colors = [
        swatch(profile.text(name) or "(anonymous)", kind, profile.text(package))
        for name, kind, package in zip(
            table.name[by_name].tolist(),
            table.kind[by_name].tolist(),
            table.package[by_name].tolist(),
            strict=True,
        )
    ]
    palette = sorted(set(colors))
    shade = {color: n for n, color in enumerate(palette)}
    return {
        "names": [_text(function_name(profile, number)) for number in numbers],
        "places": [_text(short_place(profile, number)) for number in numbers],
        "files": files,
        "packages": packages,
        "palette": palette,
        "families": FAMILIES,
        "file": columns.add(file_of),
        "package": columns.add(package_of),
        "line": columns.add(table.line[by_name]),
        "column": columns.add(table.column[by_name]),
        "kind": columns.add(table.kind[by_name]),
        "category": columns.add(category_of_function(profile)[by_name]),
        "swatch": columns.add(np.array([shade[color] for color in colors], np.int64)),
    }


def _sources(profile: Profile, by_name: Integers) -> dict[str, str]:
    """Return the text of the files that functions are in, as far as the recording holds it."""
    files = np.unique(profile.functions.file[by_name])
    names = [profile.strings[number] for number in files.tolist() if number != ABSENT]
    return {
        _text(name): "\n".join(escape(line.expandtabs(4)) for line in _lines(profile, name))
        for name in names
        if name in profile.sources
    }


def _lines(profile: Profile, file: str) -> list[str]:
    return [line.removesuffix("\r") for line in profile.sources[file].split("\n")]


def _distinct(profile: Profile, strings: Integers) -> tuple[list[str], Integers]:
    """Return the texts that occur, and for each row the number of its text, -1 for none."""
    used, row_of = np.unique(strings, return_inverse=True)
    has_none = len(used) > 0 and used[0] == ABSENT
    texts = [_text(profile.strings[number]) for number in used.tolist() if number != ABSENT]
    return texts, row_of - (1 if has_none else 0)


def _tree(
    profile: Profile, tree: StackTree, frame: Integers, by_name: Integers, columns: ColumnWriter
) -> dict[str, object]:
    """Return the tree's columns; who calls whom follows from the depths."""
    frames = profile.frames
    function = _rank(profile, by_name)[frames.function[frame]][tree.frame]
    # What has the function of the sibling before it: pages merge such nodes.
    return {
        "distinct": len(np.unique(frames.function[frame])) == len(frame),
        "depth": columns.add(tree.depth, deltas=True),
        "fn": columns.add(function),
        "tier": columns.add(frames.tier[frame][tree.frame]),
        "line": columns.add(frames.line[frame][tree.frame]),
    }


def _thread(
    profile: Profile, thread: Thread, place: Integers, limit: int, columns: ColumnWriter
) -> dict[str, object]:
    """Return a thread's rows, and its sums by node where rows are not enough to tell them."""
    whole = rows_of(profile, thread.samples)
    rows = bounded(whole, limit)
    said: dict[str, object] = {
        "name": _text(thread_name(thread)),
        "process": thread.process_id,
        "processName": _text(thread.process_name),
        "samples": len(thread.samples),
        **_rows(rows, place, columns),
    }
    if len(rows) < len(whole):
        said["sums"] = _rows(summed(whole.node, whole.values), place, columns)
    if rows.times is not None:
        taken, start, end = rows.times.taken, rows.times.start, rows.times.end
        said["time"] = columns.add(taken, deltas=True)
        said["wait"] = columns.add(taken - start)
        said["lasts"] = columns.add(end - start)
    return said


def _share(profile: Profile, thread: Thread) -> int:
    """Return how many rows a thread may have: as many of all as it has of the samples."""
    return max(1, _MOST_ROWS * len(thread.samples) // max(1, profile.sample_count))


def _rows(rows: Rows, place: Integers, columns: ColumnWriter) -> dict[str, object]:
    return {
        "node": columns.add(place[rows.node] if len(rows) else rows.node),
        "values": [columns.add(value) for value in rows.values.T],
    }
