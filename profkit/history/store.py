"""The history: one SQLite file with what each run of each commit cost.

``commits`` has a row a commit, ``runs`` one a recording, ``groups`` one a function, package or
category that ever mattered, and ``costs`` what a group took in a run. ``facts`` tell what is
measured. A file says in its header that it is a history, and of which version.

Everything that is written is one transaction: a file is as it was before or as it is afterwards.
Several processes may write to one file; each waits for the others.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from profkit.errors import InputError, OutputError, UsageError
from profkit.profile import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "FILE_NAME",
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

FILE_NAME = "history.sqlite"
"""What the file is called in a folder that is given in its place."""

OTHERS = "(others)"
"""The group of all that costs too little to have a row."""

_APPLICATION = 0x70726F66  # "prof"
_VERSION = 1
_PATIENCE = 30.0
"""How many seconds a process waits for another one that writes."""

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commits (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- the commit's id, else its label
    label TEXT NOT NULL,        -- empty where there is none
    time INTEGER NOT NULL,      -- seconds since 1970, by which commits are ordered
    branch TEXT NOT NULL        -- empty where unknown
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    commit_id INTEGER NOT NULL REFERENCES commits (id),
    source TEXT NOT NULL,       -- the file as the user named it
    machine TEXT NOT NULL,      -- the user's note; empty where there is none
    samples INTEGER NOT NULL,
    duration INTEGER,           -- nanoseconds from the start to the end of the recording
    operations REAL,            -- units of work done in it
    total INTEGER NOT NULL      -- without idle time
);
CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    level TEXT NOT NULL,        -- function, package or category
    name TEXT NOT NULL,
    file TEXT NOT NULL,         -- as in the first run that had it; empty where unknown
    package TEXT NOT NULL,      -- empty where unknown
    kind TEXT NOT NULL,         -- of a function
    UNIQUE (level, name, file, kind)
);
CREATE TABLE costs (
    group_id INTEGER NOT NULL REFERENCES groups (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    self INTEGER NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (group_id, run_id)
) WITHOUT ROWID;
CREATE VIEW ordered_runs AS
    SELECT runs.*,
        row_number() OVER (ORDER BY time, commit_id, runs.id) - 1 AS place,
        dense_rank() OVER (ORDER BY time, commit_id) - 1 AS commit_place
    FROM runs JOIN commits ON commits.id = commit_id;
"""


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
            return os.stat(_path(place)).st_size > 0  # noqa: PTH116 (a URL may not be a path)
        except (OSError, ValueError):
            return False

    @classmethod
    @contextmanager
    def reading(cls, place: str) -> Iterator[History]:
        """Open an existing file, or the one in a folder.

        Raises :class:`~profkit.errors.InputError` where there is none, or where it is no history
        that this version can read.
        """
        path = _path(place)
        if not os.path.exists(path):  # noqa: PTH110 (a URL may not be taken for a path)
            raise InputError(path, "there is no such history; profkit history add begins one")
        # What a killed writer left has to be undone before it is read, so not "ro".
        with _telling(path), _connected(path, "rw") as connection:
            connection.execute("PRAGMA query_only = ON")
            if not _is_history(path, connection):
                raise InputError(path, "it is empty: it holds no history")
            yield cls(path, connection)

    @classmethod
    @contextmanager
    def writing(cls, place: str, *, create: bool = False) -> Iterator[History]:
        """Open a file to write; what is written counts once the block ends without an error.

        With ``create`` a file that is missing is begun. Raises what :meth:`reading` does, and
        :class:`~profkit.errors.OutputError` where it cannot be written.
        """
        path = _path(place)
        if not create:
            with cls.reading(place):
                pass
        with _telling(path), _connected(path, "rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not _is_history(path, connection):
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
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


def _path(place: str) -> str:
    return os.path.join(place, FILE_NAME) if os.path.isdir(place) else place  # noqa: PTH112, PTH118


def _is_digest(name: str) -> bool:
    return len(name) in (40, 64) and all(letter in "0123456789abcdef" for letter in name)


@contextmanager
def _connected(path: str, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{Path(path).absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection
    finally:
        connection.close()  # what was not committed is undone


def _is_history(path: str, connection: sqlite3.Connection) -> bool:
    """Tell whether a file holds a history; False where it holds nothing at all.

    Raises :class:`InputError` where it is somebody else's, or of a version to come.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not application and not version and not tables:
        return False
    if application != _APPLICATION:
        raise InputError(path, "it is a database, but no history of profkit")
    if version > _VERSION:
        raise InputError(
            path, f"it is a history of version {version}; this profkit reads up to {_VERSION}"
        )
    return True


@contextmanager
def _telling(path: str) -> Iterator[None]:
    """Turn what SQLite says into errors of profkit."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text:
            reason = f"another process has been writing to it for {_PATIENCE:.0f} seconds"
            raise OutputError(f"{path}: {reason}") from None
        if "no such" in text:
            raise InputError(path, f"it is a damaged history: {text}") from None
        raise OutputError(f"{path}: cannot be opened or written: {text}") from None
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # where its message is no text
        raise InputError(path, f"it is no history of profkit, or damaged: {error}") from None
