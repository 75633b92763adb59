"""The history: one SQLite file with what each run of each commit cost.

``commits`` has a row a commit, ``runs`` one a recording, ``groups`` one a function, package or
category that ever mattered, and ``costs`` what a group took in a run. ``facts`` tell what is
measured. A file says in its header that it is a history, and of which version.

Everything that is written is one transaction: a file is as it was before or as it is afterwards.
Several processes may write to one file; each waits for the others.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from profkit.errors import InputError, UsageError
from profkit.history.database import begin, connected, is_history, path_of, telling
from profkit.profile import ValueType

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

__all__ = [
    "LEVELS",
    "OTHERS",
    "Commit",
    "Cost",
    "Group",
    "History",
    "Level",
    "Run",
    "storable",
]

Level = Literal["function", "package", "category"]
LEVELS: tuple[Level, ...] = get_args(Level)

OTHERS = "(others)"
"""The group of all that costs too little to have a row."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A version of the program.

    ``name`` is the commit's id, or the label where there is none; ``label`` what people call it,
    may be empty. ``time`` orders commits: seconds since 1970. ``branch`` is empty where unknown.
    """

    name: str
    time: int
    label: str = ""
    branch: str = ""

    @property
    def title(self) -> str:
        """What it is called in tables: its label, else the beginning of its id."""
        return self.label or (self.name[:10] if _is_digest(self.name) else self.name)


@dataclass(frozen=True, slots=True)
class Group:
    """Something that costs: a function, a package or a category.

    ``file``, ``package`` and ``kind`` are a function's; empty for others and where unknown.
    """

    level: Level
    name: str
    file: str = ""
    package: str = ""
    kind: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from other groups."""
        return self.level, self.name, self.file, self.kind


@dataclass(frozen=True, slots=True)
class Cost:
    """What a group took in a run, in the unit of the history."""

    group: Group
    self_value: int
    total: int


@dataclass(frozen=True, slots=True)
class Run:
    """A recording: its total without idle time, and what it was of.

    ``duration`` is in nanoseconds, ``operations`` counts units of work such as requests; both are
    None where unknown. ``commit`` is the number of its commit in :attr:`History.commits`.
    """

    source: str
    samples: int
    total: int
    duration: int | None = None
    operations: float | None = None
    machine: str = ""
    commit: int = -1


class History:
    """A history that is open for reading, or for writing in one transaction."""

    def __init__(self, path: str, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._numbers: dict[int, int] | None = None

    @staticmethod
    def exists(place: str) -> bool:
        """Tell whether there is a file, or one in the folder, with anything in it."""
        try:
            return os.stat(path_of(place)).st_size > 0  # noqa: PTH116 (a URL may not be a path)
        except (OSError, ValueError):
            return False

    @classmethod
    @contextmanager
    def reading(cls, place: str) -> Iterator[History]:
        """Open an existing file, or the one in a folder.

        Raises :class:`~profkit.errors.InputError` where there is none, or where it is no history
        that this version can read.
        """
        path = path_of(place)
        if not os.path.exists(path):  # noqa: PTH110 (a URL may not be taken for a path)
            raise InputError(path, "there is no such history; profkit history add begins one")
        # What a killed writer left has to be undone before it is read, so not "ro".
        with telling(path), connected(path, "rw") as connection:
            connection.execute("PRAGMA query_only = ON")
            if not is_history(path, connection):
                raise InputError(path, "it is empty: it holds no history")
            yield cls(path, connection)

    @classmethod
    @contextmanager
    def writing(cls, place: str, *, create: bool = False) -> Iterator[History]:
        """Open a file to write; what is written counts once the block ends without an error.

        With ``create`` a file that is missing is begun. Raises what :meth:`reading` does, and
        :class:`~profkit.errors.OutputError` where it cannot be written.
        """
        path = path_of(place)
        if not create:
            with cls.reading(place):
                pass
        with telling(path), connected(path, "rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not is_history(path, connection):
                begin(connection)
            yield cls(path, connection)
            connection.commit()

    # --- what it holds ----------------------------------------------------------------------------

    @property
    def value_type(self) -> ValueType | None:
        """What the values measure; None before the first run."""
        facts = dict(self._connection.execute("SELECT name, value FROM facts"))
        return ValueType(facts["type"], facts["unit"]) if facts else None

    def commits(self) -> tuple[Commit, ...]:
        """Return the commits in their order."""
        rows = self._connection.execute(
            "SELECT name, time, label, branch FROM commits ORDER BY time, id"
        )
        return tuple(Commit(*row) for row in rows)

    def runs(self) -> tuple[Run, ...]:
        """Return the runs in the order of their commits, and as they were added."""
        rows = self._connection.execute(
            "SELECT source, samples, total, duration, operations, machine, commit_place"
            " FROM ordered_runs ORDER BY place"
        )
        return tuple(Run(*row) for row in rows)

    def groups(self, level: Level) -> tuple[tuple[int, Group], ...]:
        """Return the groups of a level, each with its number in the file."""
        rows = self._connection.execute(
            "SELECT id, level, name, file, package, kind FROM groups WHERE level = ? ORDER BY id",
            (level,),
        )
        return tuple((number, Group(*row)) for number, *row in rows)

    def shares(self, level: Level) -> tuple[tuple[int, float, float], ...]:
        """Return the greatest share of a run's total that each group of a level ever had.

        That is its number, the share of its self values and that of its totals.
        """
        rows = self._connection.execute(
            "SELECT group_id, max(1.0 * self / runs.total), max(1.0 * costs.total / runs.total)"
            " FROM groups JOIN costs ON group_id = groups.id JOIN runs ON run_id = runs.id"
            " WHERE level = ? AND runs.total > 0 GROUP BY group_id",
            (level,),
        )
        return tuple(rows)

    def costs(self, group: int) -> tuple[tuple[int, int, int], ...]:
        """Return run (its number in :meth:`runs`), self and total of a group, where it has some."""
        if self._numbers is None:
            self._numbers = dict(self._connection.execute("SELECT id, place FROM ordered_runs"))
        rows = self._connection.execute(
            "SELECT run_id, self, total FROM costs WHERE group_id = ?", (group,)
        )
        return tuple((self._numbers[run], own, total) for run, own, total in rows)

    # --- changes ----------------------------------------------------------------------------------

    def add(self, commit: Commit, run: Run, costs: Sequence[Cost], value_type: ValueType) -> bool:
        """Add a run to its commit. Returns False, and changes nothing, where it is there already.

        A commit that is known keeps its time; a label or a branch is added where it had none.

        Raises :class:`~profkit.errors.UsageError` where the history measures something else.
        """
        measured = self.value_type
        if measured is None:
            facts = [("type", value_type.type), ("unit", value_type.unit)]
            self._connection.executemany("INSERT INTO facts VALUES (?, ?)", facts)
        elif measured.unit != value_type.unit:
            raise UsageError(
                f"{run.source}: it has {value_type.type} ({value_type.unit}), and {self.path} "
                f"{measured.type} ({measured.unit})"
            )
        self._connection.execute(
            "INSERT INTO commits (name, label, time, branch) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET label = coalesce(nullif(label, ''), excluded.label),"
            " branch = coalesce(nullif(branch, ''), excluded.branch)",
            (commit.name, commit.label, commit.time, commit.branch),
        )
        (number,) = self._connection.execute(
            "SELECT id FROM commits WHERE name = ?", (commit.name,)
        ).fetchone()
        same = (number, run.source, run.samples, run.total, run.duration)
        if self._connection.execute(
            "SELECT 1 FROM runs WHERE (commit_id, source, samples, total) = (?, ?, ?, ?)"
            " AND duration IS ?",
            same,
        ).fetchone():
            return False
        cursor = self._connection.execute(
            "INSERT INTO runs (commit_id, source, samples, total, duration, operations, machine)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*same, run.operations, run.machine),
        )
        self._insert_costs(cursor.lastrowid, costs)
        return True

    def _insert_costs(self, run: int | None, costs: Sequence[Cost]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO groups (level, name, file, kind, package)"
            " VALUES (?, ?, ?, ?, ?)",
            [(*cost.group.key, cost.group.package) for cost in costs],
        )
        number = {group.key: n for level in LEVELS for n, group in self.groups(level)}
        self._connection.executemany(
            "INSERT INTO costs VALUES (?, ?, ?, ?)",
            [(number[c.group.key], run, c.self_value, c.total) for c in costs],
        )

    def remove(self, name: str) -> int:
        """Remove a commit with its runs, by its name, its label or the beginning of its id.

        Returns how many runs there were. Raises :class:`~profkit.errors.UsageError` where there is
        no such commit, or more than one.
        """
        found = [
            commit.name
            for commit in self.commits()
            if name in (commit.name, commit.label)
            or (_is_digest(commit.name) and commit.name.startswith(name) and name)
        ]
        if len(found) != 1:
            how_many = f"{len(found)} commits are" if found else "no commit is"
            raise UsageError(f"{self.path}: {how_many} called {name!r}")
        (number,) = self._connection.execute(
            "SELECT id FROM commits WHERE name = ?", found
        ).fetchone()
        self._connection.execute(
            "DELETE FROM costs WHERE run_id IN (SELECT id FROM runs WHERE commit_id = ?)", (number,)
        )
        gone = self._connection.execute("DELETE FROM runs WHERE commit_id = ?", (number,))
        self._connection.execute("DELETE FROM commits WHERE id = ?", (number,))
        self._connection.execute("DELETE FROM groups WHERE id NOT IN (SELECT group_id FROM costs)")
        return gone.rowcount


def storable(text: str) -> str:
    """Return a text that has an encoding: a lone surrogate becomes what it is written as."""
    return text.encode("utf-8", "backslashreplace").decode()


def _is_digest(name: str) -> bool:
    return len(name) in (40, 64) and all(letter in "0123456789abcdef" for letter in name)
