"""Stacks and their counts, collected line by line and put together as a tree."""

from __future__ import annotations

import re
from array import array
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.decimals import UNITS, digits_for, is_exact, shifted
from profkit.formats.encoding import decoded, line_batches
from profkit.formats.folded.lines import first_lines, is_comment
from profkit.formats.folded.names import intern
from profkit.formats.folded.paths import Paths
from profkit.formats.interning import Numbered
from profkit.formats.pyspy import Owner, with_label
from profkit.profile import (
    Action,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.folded.halves import LaterPart
    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn
    from profkit.source import Source

__all__ = ["Stacks"]

# So many nodes, and bytes of stacks, are held as they come before they become a tree.
_PART_NODES = 1 << 21
_PART_BYTES = 1 << 26
_SURELY_64_BITS = 18
_LARGEST = 2**63 - 1
_COUNT = re.compile(rb"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NEGATIVE = re.compile(rb"-[0-9.]+")
_TWO_COUNTS = re.compile(rb"[^\0]*\S\s+[0-9]+\s+[0-9]+\s*")
_OWNERS = (b"thread (", b"process ")
_NAMELESS = b";;"


class Stacks:
    """What was read so far. Equal stacks are taken apart once, equal labels once in a file."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._builder = ProfileBuilder()
        self._lines = 0
        self._dropped = 0
        self._values = array("q")
        self._fractions: dict[int, Decimal] = {}
        self._row_of_value = array("q")
        self._labels: Numbered[bytes] = Numbered()
        self._frame_of_label = array("q")
        self._line_of_label = array("q")
        self._owners: Numbered[Owner] = Numbered({Owner(): 0})
        self._owner_of_row = array("q")
        self._nameless: dict[int, tuple[int, int]] = {}
        self._trees: list[StackTree] = []
        self._leaves: list[IndexColumn] = []
        self._begin_part()

    def _begin_part(self) -> None:
        self._rows: dict[bytes, int] = {}
        self._held = 0
        self._paths = Paths(self._labels)
        self._leaf_of_row = array("q")

    def read(self, source: Source, end: int | None = None) -> None:
        """Read all lines of a source, or those before the byte ``end``.

        Raises :class:`FormatError` for a count that is negative or too large, and where lines have
        two counts.
        """
        self._refuse_differences(first_lines(source.head) or [])
        for batch, _ in line_batches(source, end):
            self._read_lines(batch)
            if len(self._paths.parents) > _PART_NODES or self._held > _PART_BYTES:
                self._end_part()

    def _refuse_differences(self, lines: list[bytes]) -> None:
        if lines and all(map(_TWO_COUNTS.fullmatch, lines)):
            raise FormatError(
                self._source,
                "each line ends in two counts, as the difference of two profiles does; "
                "a profile with one count a line is expected",
                where="line 1",
            )

    def _read_lines(self, lines: list[bytes]) -> None:
        rows, add_value, add_row = self._rows, self._values.append, self._row_of_value.append
        for number, line in enumerate(lines, self._lines + 1):
            stack, _, count = line.rpartition(b" ")
            if not count.isdigit() or len(count) > _SURELY_64_BITS or not stack:
                self._look_closer(line, number)
                continue
            row = rows.get(stack)
            if row is None and (row := self._add(stack, number)) is None:
                continue
            add_value(int(count))
            add_row(row)
        self._lines += len(lines)

    def _look_closer(self, line: bytes, number: int) -> None:
        """Read a line that is no plain one."""
        text = line.strip()
        if not text:
            self._builder.ledger.add(Action.SKIPPED, "lines", "blank")
            return
        stack, *rest = text.rsplit(None, 1)
        count = rest[0] if rest else stack
        if _NEGATIVE.fullmatch(count) and not is_comment(text):
            raise FormatError(
                self._source,
                f"a count of {count.decode()}; counts are 0 or more",
                where=f"line {number}",
            )
        if not rest or not _COUNT.fullmatch(count):
            cause = "without a stack" if _COUNT.fullmatch(count) else "without a count at the end"
            self._leave_out(text, number, cause)
            return
        row = self._rows.get(stack)
        if row is None and (row := self._add(stack, number)) is None:
            return
        exact = Decimal(count.decode())
        if exact.adjusted() > _SURELY_64_BITS or exact > _LARGEST:
            raise FormatError(self._source, "a count is beyond 64 bits", where=f"line {number}")
        if exact != int(exact):
            self._fractions[len(self._values)] = exact
        self._values.append(int(exact))
        self._row_of_value.append(row)

    def _leave_out(self, line: bytes, number: int, cause: str) -> None:
        if is_comment(line):
            self._builder.ledger.add(Action.SKIPPED, "lines", "comments")
            return
        self._dropped += 1
        self._builder.ledger.add(Action.DROPPED, "lines", cause, 1, f"line {number}")

    def _add(self, stack: bytes, number: int) -> int | None:
        """Take a stack apart that is new in this part. Returns its row, None if it is none."""
        if stack.startswith(b"#") and is_comment(stack):
            self._leave_out(stack, number, "")
            return None
        path, owner, nameless = stack, 0, 0
        if _NAMELESS in path or path.startswith(b";") or path.endswith(b";"):
            path = b";".join(filter(None, stack.split(b";")))
            if not path:
                self._leave_out(stack, number, "without a stack")
                return None
            nameless = stack.count(b";") - path.count(b";")
        if path.startswith(_OWNERS):
            who, labels = _split_owner(path.split(b";"))
            path, owner = b";".join(labels), self._owners[who]
        self._leaf_of_row.append(self._paths.add(path))
        if new := len(self._labels) - len(self._line_of_label):
            self._line_of_label.extend(repeat(number, new))
        self._rows[stack] = row = len(self._owner_of_row)
        if nameless:
            self._nameless[row] = nameless, number
        self._held += len(stack)
        self._owner_of_row.append(owner)
        return row

    def append(self, part: LaterPart) -> None:
        """Add what was read of the lines after these."""
        for entry in part.ledger.entries:
            self._builder.ledger.add(
                entry.action, entry.unit, entry.cause, entry.count, entry.example
            )
        self._end_part()
        for label, line in zip(part.labels, part.line_of_label, strict=True):
            if label not in self._labels:
                self._labels[label] = len(self._labels)
                self._line_of_label.append(line)
        frames = self._frames()
        frames = frames[[self._labels[label] for label in part.labels]]
        for tree, leaf_of_row in part.trees:
            self._add_tree(tree.parent, frames[tree.frame], leaf_of_row)
        owners = [self._owners[owner] for owner in part.owners]
        first_row, first_value = len(self._owner_of_row), len(self._values)
        self._nameless |= {first_row + row: said for row, said in part.nameless.items()}
        self._owner_of_row.extend(map(owners.__getitem__, part.owner_of_row))
        self._row_of_value.extend(array("q", (np.array(part.row_of_value) + first_row).tobytes()))
        self._values.extend(part.values)
        self._fractions |= {first_value + n: exact for n, exact in part.fractions.items()}
        self._lines = part.lines
        self._dropped += part.dropped

    def _end_part(self) -> None:
        """Make a tree of the stacks at hand, so that shared frames are held once."""
        if self._leaf_of_row:
            labels = np.array(self._paths.labels, np.int64)
            parents = np.array(self._paths.parents, np.int64)
            leaf_of_row = np.array(self._leaf_of_row, np.int64)
            self._add_tree(parents, self._frames()[labels], leaf_of_row)
            self._begin_part()

    def _frames(self) -> npt.NDArray[np.int64]:
        """Return the frame of each label."""
        known = len(self._frame_of_label)
        for label, line in zip(
            list(self._labels)[known:], self._line_of_label[known:], strict=True
        ):
            text = decoded(label, self._builder.ledger, f"line {line}")
            self._frame_of_label.append(intern(text, self._builder))
        return np.array(self._frame_of_label, np.int64)

    def _add_tree(
        self,
        parents: npt.NDArray[np.integer],
        frames: npt.NDArray[np.int64],
        leaf_of_row: npt.NDArray[np.integer],
    ) -> None:
        tree, place = StackTree.from_parents(parents, frames)
        self._trees.append(tree)
        self._leaves.append(place[leaf_of_row])

    def finish(self) -> Profile:
        """Make the profile.

        Raises :class:`FormatError` where most lines have no count, :class:`EmptyInputError` where
        there is no stack.
        """
        used, ledger = len(self._values), self._builder.ledger
        if self._dropped > used:
            first = next(e.example for e in ledger.close().entries if e.action is Action.DROPPED)
            raise FormatError(
                self._source,
                "most lines are no stacks with a count (`main;run 12`), this one first",
                where=first,
            )
        if not used:
            raise EmptyInputError(self._source, "holds no stacks")
        self._end_part()
        ledger.add(Action.READ, "lines", "all", self._lines)
        ledger.add(Action.USED, "lines", "stacks", used)
        self._tell_of_nameless()
        tree, node_of_row = self._joined_parts()
        values, unit = self._scaled_values()
        row = np.array(self._row_of_value, np.int64)
        node, owner = node_of_row[row], np.array(self._owner_of_row, np.int64)[row]
        threads = [
            Thread(
                name=who.name,
                samples=SampleTable(node[owner == number], values[owner == number]),
                process_id=who.process_id,
                thread_id=who.thread_id,
                process_name=who.process_name,
            )
            for who, number in self._owners.items()
            if (owner == number).any()
        ]
        meta = Meta(format="folded", source=self._source)
        return self._builder.finish(meta, [ValueType("samples", unit)], tree, threads)

    def _tell_of_nameless(self) -> None:
        """Note the frames that had no name, as often as their stacks came."""
        if not self._nameless:
            return
        times = np.bincount(self._row_of_value, minlength=len(self._owner_of_row))
        frames = sum(count * int(times[row]) for row, (count, _) in self._nameless.items())
        first = min(line for _, line in self._nameless.values())
        cause = "without a name: left out"
        self._builder.ledger.add(Action.REPAIRED, "frames", cause, frames, f"line {first}")

    def _joined_parts(self) -> tuple[StackTree, IndexColumn]:
        """Return the tree of all parts, and each row's leaf in it."""
        if len(self._trees) == 1:
            return self._trees[0], self._leaves[0]
        tree, places = StackTree.from_trees([(part.parent, part.frame) for part in self._trees])
        leaves = [place[leaf] for place, leaf in zip(places, self._leaves, strict=True)]
        return tree, np.concatenate(leaves)

    def _scaled_values(self) -> tuple[npt.NDArray[np.int64], str]:
        """Return the counts as whole numbers, and their unit."""
        values = np.array(self._values, np.int64)
        fractions = self._fractions
        digits = digits_for(fractions.values())
        if not digits:
            return values, UNITS[digits]
        if values.max() >= _LARGEST // 10**digits:
            raise FormatError(self._source, "the values are too large to be summed")
        values *= 10**digits
        for place, fraction in fractions.items():
            values[place] = shifted(fraction, digits)
        inexact = sum(not is_exact(fraction) for fraction in fractions.values())
        self._builder.ledger.add(
            Action.REPAIRED, "lines", "counts with more decimals: rounded to billionths", inexact
        )
        return values, UNITS[digits]


def _split_owner(labels: list[bytes]) -> tuple[Owner, list[bytes]]:
    """Take the process and the thread from the root of a stack; a frame remains in any case."""
    owner, depth = Owner(), 0
    for label in labels[:-1]:
        told = with_label(owner, label.decode(errors="replace"))
        if told is None:
            break
        owner, depth = told, depth + 1
    return owner, labels[depth:]
