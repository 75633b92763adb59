"""Lines of the source, with the time that each took, had the runtime take, and took in all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.profile import ABSENT, Kind
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, unique_rows, values
from profkit.transforms.matching import find_file
from profkit.views.charging import charged
from profkit.views.order import greatest

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.views.ranking import Order

    Numbers = npt.NDArray[np.int64]

__all__ = ["Lines", "LinesOptions", "lines"]


@dataclass(frozen=True, slots=True)
class LinesOptions:
    """Which files are looked at.

    ``file`` names one as :func:`~profkit.transforms.matching.find_file` takes it; without it the
    ``limit`` files that took the most are shown by ``sort``, None for all. ``value_type`` is a
    number in the profile's value types.
    """

    file: str | None = None
    sort: Order = "self"
    limit: int | None = None
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True)
class Lines(Displayed):
    """Files, the greatest first, and their lines in order.

    Columns of shape ``(files,)``: ``file`` (``int32``) is a string's number, ``file_self``,
    ``file_charged`` and ``file_total`` (``int64``) are its values, ``unplaced`` (``int64``) is the
    part of its self value of which the recording does not tell the line. Columns of shape
    ``(lines,)``: ``row`` (``int32``) is the file's place in those, ``line`` (``int32``) a line from
    1 on, and
    ``self_values``, ``charged_values`` and ``total_values`` (``int64``) are its values, as in a
    :class:`~profkit.views.ranking.Ranking`.
    ``total`` is what shares are of, ``files`` how many files took anything, ``self_below`` what
    those that are not shown took themselves, ``elsewhere`` the self value of code without a source:
    without a file, or of a library.
    """

    profile: Profile = field(repr=False, compare=False)
    options: LinesOptions
    file: IndexColumn
    file_self: ValueColumn
    file_charged: ValueColumn
    file_total: ValueColumn
    unplaced: ValueColumn
    row: IndexColumn
    line: IndexColumn
    self_values: ValueColumn
    charged_values: ValueColumn
    total_values: ValueColumn
    total: int
    files: int
    self_below: int
    elsewhere: int


def lines(profile: Profile, options: LinesOptions | None = None) -> Lines:
    """Return the lines that ran of the files that took the most, or of one file.

    Frames have lines where the recording tells them and :class:`~profkit.ReadOptions` asked for
    ``lines``.

    Raises :class:`UsageError` where ``file`` names no file, or several.

    >>> import profkit
    >>> options = profkit.ReadOptions(lines=True)
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz", options=options)
    >>> view = profkit.lines(profile, profkit.LinesOptions("lib/auth.js"))
    >>> view.line.tolist(), view.total_values.tolist()
    ([4, 5, 6, 26, 30, 40], [20, 15, 27, 1, 2, 1])
    """
    options = options or LinesOptions()
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    frames = profile.frames
    file = _source_files(profile)
    wanted = None if options.file is None else find_file(profile, options.file)
    charge = charged(profile, own)
    file_self, file_charged, file_total = _sums(profile, file, own, charge, len(profile.strings))
    present = np.flatnonzero((file_self != 0) | (file_total != 0))
    if wanted is not None:
        shown = np.array([wanted], np.int64)
    else:
        by = {"self": file_self, "charged": file_charged, "total": file_total}[options.sort]
        order = greatest(
            by[present],
            options.limit,
            lambda n: (profile.strings[present[n]],),
        )
        shown = present[order]
    row_of_file = np.full(len(profile.strings) + 1, ABSENT)
    row_of_file[shown] = np.arange(len(shown))
    row = row_of_file[file]
    is_placed = (row != ABSENT) & (frames.line != ABSENT)
    first, place = unique_rows(
        np.where(is_placed, row, ABSENT), np.where(is_placed, frames.line, 0)
    )
    group = np.where(is_placed, place, ABSENT)
    line_self, line_charged, line_total = _sums(profile, group, own, charge, len(first))
    used = np.flatnonzero(is_placed[first] & ((line_self != 0) | (line_total != 0)))
    used = used[np.lexsort((frames.line[first[used]], row[first[used]]))]
    line_row = row[first[used]]
    placed = np.zeros(len(shown), np.int64)
    np.add.at(placed, line_row, line_self[used])
    return Lines(
        profile=profile,
        options=options,
        file=indexes(shown),
        file_self=values(file_self[shown]),
        file_charged=values(file_charged[shown]),
        file_total=values(file_total[shown]),
        unplaced=values(file_self[shown] - placed),
        row=indexes(line_row),
        line=indexes(frames.line[first[used]]),
        self_values=values(line_self[used]),
        charged_values=values(line_charged[used]),
        total_values=values(line_total[used]),
        total=int(own.sum()),
        files=len(present),
        self_below=int(file_self.sum()) - int(file_self[shown].sum()),
        elsewhere=int(own.sum()) - int(file_self.sum()),
    )


def _source_files(profile: Profile) -> npt.NDArray[np.integer]:
    """Return the number of each frame's source file (shape ``(frames,)``), -1 without one.

    The file of native code is a library, and that of Python's builtins a word, unless the recording
    tells lines of it.
    """
    frames, functions = profile.frames, profile.functions
    file, kind = functions.file[frames.function], functions.kind[frames.function]
    has_lines = np.zeros(len(profile.strings) + 1, np.bool_)
    has_lines[file[frames.line != ABSENT]] = True
    is_compiled = np.isin(kind, (Kind.NATIVE, Kind.BUILTIN)) & ~has_lines[file]
    return np.where((kind == Kind.SHARED_LIBRARY) | is_compiled, ABSENT, file)


def _sums(
    profile: Profile,
    group_of_frame: npt.NDArray[np.integer],
    own: Numbers,
    charge: Numbers,
    size: int,
) -> tuple[Numbers, Numbers, Numbers]:
    """Return what each group took itself, is charged with, and took in all; -1 is no group."""
    tree = profile.tree
    group = group_of_frame[tree.frame].astype(np.int64)
    self_values, charged_values, total_values = np.zeros((3, size + 1), np.int64)
    np.add.at(self_values, group, own)
    np.add.at(charged_values, group, charge)
    # The last place serves -1.
    outermost = tree.outermost(np.where(group == ABSENT, size, group))
    np.add.at(total_values, group[outermost], tree.totals(own)[outermost])
    return self_values[:-1], charged_values[:-1], total_values[:-1]
