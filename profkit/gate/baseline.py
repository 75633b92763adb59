"""Stored baselines: runs as a small file that is made to be committed or cached.

A baseline is gzip of a JSON object: the merged call tree once, and for each run what its nodes
spent themselves and in how many samples. It reads back as the runs' profiles, without their times.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from profkit._version import __version__
from profkit.errors import FormatError, InvalidProfileError, UsageError
from profkit.files import write_file
from profkit.profile import (
    ABSENT,
    FrameTable,
    FunctionTable,
    Kind,
    Meta,
    Profile,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    validate,
)
from profkit.profile.columns import indexes, sums_by
from profkit.source import open_source
from profkit.source.packing import GZIP, packed
from profkit.transforms.joining import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["VERSION", "Baseline", "baseline_of", "path_of", "read_baseline", "write_baseline"]

VERSION = 1
"""The form of the file; a greater one is of a later profkit."""

FOLDER = os.path.join(".profkit", "baselines")  # noqa: PTH118 (shown as it is)
SUFFIX = ".json.gz"

_NAME = re.compile(r"\w[\w.-]{0,99}")
_MOST_SAMPLES = 1 << 24


class _Header(msgspec.Struct):
    profkit: str = ""
    version: int = 0


class _Functions(msgspec.Struct, frozen=True):
    name: list[int]
    file: list[int]
    line: list[int]
    column: list[int]
    kind: list[int]
    package: list[int]


class _Nodes(msgspec.Struct, frozen=True):
    parent: list[int]
    function: list[int]
    tier: list[int]


class _Run(msgspec.Struct, frozen=True, rename="camel"):
    """A run: ``nodes`` that have samples, in how many, and their values, a list a value type."""

    name: str
    format: str
    interval: int | None
    start_time: int | None
    end_time: int | None
    operations: float | None
    nodes: list[int]
    samples: list[int]
    values: list[list[int]]


class Baseline(msgspec.Struct, frozen=True, rename="camel"):
    """The file's content. ``value_types`` are pairs of type and unit.

    Nodes with less than the share ``trimmed`` below them were cut off.
    """

    profkit: str
    version: int
    tool: str
    value_types: list[tuple[str, str]]
    strings: list[str]
    functions: _Functions
    nodes: _Nodes
    runs: list[_Run]
    trimmed: float = 0.0

    @property
    def operations(self) -> list[float | None]:
        """The units of work done in each run."""
        return [run.operations for run in self.runs]

    @property
    def samples(self) -> int:
        """The number of samples of all runs."""
        return sum(sum(run.samples) for run in self.runs)

    def profiles(self) -> list[Profile]:
        """Return the runs as profiles, which share one tree."""
        columns = (
            np.array(getattr(self.functions, name), np.int64)
            for name in ("name", "file", "line", "column", "kind", "package")
        )
        functions = FunctionTable(*(indexes(column) for column in columns))
        function = np.array(self.nodes.function, np.int64)
        tier = np.array(self.nodes.tier, np.int64)
        pairs, frame = np.unique(np.stack([function, tier]), axis=1, return_inverse=True)
        absent = np.full(pairs.shape[1], ABSENT)
        frames = FrameTable(pairs[0], absent, absent, absent, absent, pairs[1], absent)
        tree, place = StackTree.from_parents(
            np.array(self.nodes.parent, np.int64), np.asarray(frame).reshape(-1)
        )
        types = tuple(ValueType(*pair) for pair in self.value_types)
        return [self._profile(run, functions, frames, tree, place, types) for run in self.runs]

    def _profile(
        self,
        run: _Run,
        functions: FunctionTable,
        frames: FrameTable,
        tree: StackTree,
        place: npt.NDArray[np.integer],
        types: tuple[ValueType, ...],
    ) -> Profile:
        nodes, counts = np.array(run.nodes, np.int64), np.array(run.samples, np.int64)
        values = np.array(run.values, np.int64).reshape(len(types), len(nodes))
        if len(counts) != len(nodes) or (counts < 1).any() or counts.sum() > _MOST_SAMPLES:
            raise ValueError(f"the samples of the run {run.name} make no sense")
        if len(nodes) and not 0 <= nodes.min() <= nodes.max() < len(place):
            raise ValueError(f"the run {run.name} has nodes that do not exist")
        # Each sample has an equal part, and the first ones what does not divide.
        part, rest = np.divmod(values, counts)
        number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        shared = np.repeat(part, counts, axis=1) + (number < np.repeat(rest, counts, axis=1))
        samples = SampleTable(indexes(np.repeat(place[nodes], counts)), shared.T)
        return validate(
            Profile(
                meta=Meta(
                    format=run.format,
                    source=run.name,
                    start_time=run.start_time,
                    end_time=run.end_time,
                    interval=run.interval,
                ),
                strings=tuple(self.strings),
                value_types=types,
                functions=functions,
                frames=frames,
                tree=tree,
                threads=(Thread("main", samples),),
            )
        )


def baseline_of(
    profiles: Sequence[Profile],
    operations: Sequence[float | None] | None = None,
    *,
    least: float = 0.0,
) -> Baseline:
    """Return runs as a baseline; nodes below which less than the share ``least`` is are cut off.

    What was spent in a node that is cut off goes to its caller.

    Raises :class:`UsageError` where there are no runs, or they measure nothing that all have.
    """
    if not profiles:
        raise UsageError("there is no profile to keep as a baseline")
    done = list(operations or [None] * len(profiles))
    rest = profiles[1:] or profiles
    joined = join(profiles[:1], rest)
    profile, tree = joined.profile, joined.profile.tree
    runs = range(len(profiles))
    values = [joined.self_values(n, include_idle=True)[: len(runs)] for n in _types(profile)]
    counts = np.zeros((len(runs), len(tree)), np.int64)
    for run, thread in zip(joined.run_of_thread.tolist(), profile.threads, strict=True):
        if run < len(runs):
            counts[run] += sums_by(thread.samples.node, None, len(tree))
    kept = _kept(profile, values[0].sum(axis=0), least)
    nearest = tree.nearest(kept)
    number = np.cumsum(kept) - 1
    above = tree.parent[kept]
    parent = np.where(above == ABSENT, ABSENT, nearest[above])
    size = int(kept.sum())
    to = number[nearest]

    def moved(row: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return sums_by(to, row, size)

    function = profile.frames.function[tree.frame[kept]]
    used, renumbered = np.unique(function, return_inverse=True)
    strings, functions = _functions(profile, used)
    return Baseline(
        profkit="baseline",
        version=VERSION,
        tool=__version__,
        value_types=[(kind.type, kind.unit) for kind in profile.value_types],
        strings=strings,
        functions=functions,
        nodes=_Nodes(
            np.where(parent == ABSENT, ABSENT, number[parent]).tolist(),
            renumbered.reshape(-1).tolist(),
            profile.frames.tier[tree.frame[kept]].tolist(),
        ),
        runs=[
            _run(profiles[run], done[run], moved(counts[run]), [moved(v[run]) for v in values])
            for run in runs
        ],
        trimmed=least,
    )


def _types(profile: Profile) -> range:
    return range(len(profile.value_types))


def _kept(profile: Profile, own: npt.NDArray[np.int64], least: float) -> npt.NDArray[np.bool_]:
    """Tell which nodes are kept: the roots, those below which there is enough, and collections."""
    tree = profile.tree
    enough = tree.totals(own) >= least * own.sum()
    return np.asarray(enough | (tree.parent == ABSENT) | (profile.kind_of_node == Kind.GC))


def _functions(profile: Profile, used: npt.NDArray[np.integer]) -> tuple[list[str], _Functions]:
    """Return the functions that are used, with the strings that they need, numbered anew."""
    table = profile.functions
    strings: dict[str, int] = {}

    def texts(column: npt.NDArray[np.int32]) -> list[int]:
        return [
            ABSENT if n == ABSENT else strings.setdefault(profile.strings[n], len(strings))
            for n in column[used].tolist()
        ]

    functions = _Functions(
        name=texts(table.name),
        file=texts(table.file),
        line=table.line[used].tolist(),
        column=table.column[used].tolist(),
        kind=table.kind[used].tolist(),
        package=texts(table.package),
    )
    return list(strings), functions


def _run(
    profile: Profile,
    operations: float | None,
    counts: npt.NDArray[np.int64],
    values: list[npt.NDArray[np.int64]],
) -> _Run:
    meta = profile.meta
    nodes = np.flatnonzero(counts)
    return _Run(
        name=meta.source,
        format=meta.format,
        interval=meta.interval,
        start_time=meta.start_time,
        end_time=meta.end_time,
        operations=operations,
        nodes=nodes.tolist(),
        samples=counts[nodes].tolist(),
        values=[row[nodes].tolist() for row in values],
    )


def path_of(name: str) -> str:
    """Return the file of a baseline: itself where it is a path, else below ``.profkit/baselines``.

    Raises :class:`UsageError` for a name that could not be a file's everywhere.
    """
    if os.sep in name or "/" in name or name.endswith(".gz"):
        return name
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a baseline: it has letters, digits, and . _ - within"
        )
    return os.path.join(FOLDER, name + SUFFIX)  # noqa: PTH118 (shown as it is)


def write_baseline(baseline: Baseline, path: str) -> None:
    """Write a baseline, its folder too; the same one gives the same bytes.

    Raises :class:`~profkit.errors.OutputError` where it cannot be written.
    """
    from profkit.files import output_error  # noqa: PLC0415 (seldom needed)

    if folder := os.path.dirname(path):  # noqa: PTH120 (a name, not a file)
        try:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 (the same)
        except OSError as error:
            raise output_error(folder, error) from None
    text = msgspec.json.encode(baseline)
    write_file(path, packed([text], GZIP))


def read_baseline(path: str) -> Baseline:
    """Read a baseline.

    Raises :class:`~profkit.errors.InputError` where it cannot be read, is none, is damaged, or of a
    later form than this profkit knows.
    """
    with open_source(path) as source:
        data = b"".join(source.chunks())
    try:
        header = msgspec.json.decode(data, type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        header = _Header()
    if header.profkit != "baseline":
        raise FormatError(path, "this is no baseline; profkit baseline save makes one")
    if header.version > VERSION:
        raise FormatError(
            path,
            f"this baseline is of form {header.version}, which a later profkit wrote; this one "
            f"knows form {VERSION}: update profkit, or save the baseline anew",
        )
    try:
        baseline = msgspec.json.decode(data, type=Baseline)
        _check(baseline)
        baseline.profiles()
    except (msgspec.MsgspecError, InvalidProfileError, ValueError, IndexError, OverflowError) as e:
        raise FormatError(path, f"the baseline is damaged: {e}") from None
    return baseline


def _check(baseline: Baseline) -> None:
    """Raise ``ValueError`` where numbers point to nothing."""
    functions, nodes = baseline.functions, baseline.nodes
    bounds = (
        ("a function's name", functions.name, len(baseline.strings)),
        ("a function's file", functions.file, len(baseline.strings)),
        ("a function's package", functions.package, len(baseline.strings)),
        ("a function's kind", functions.kind, len(Kind)),
        ("a node's function", nodes.function, len(functions.name)),
    )
    for what, column, bound in bounds:
        least = 0 if what in ("a function's kind", "a node's function") else ABSENT
        if column and not least <= min(column) <= max(column) < bound:
            raise ValueError(f"{what} does not exist")
    if not baseline.runs or not baseline.value_types:
        raise ValueError("it has no runs")
