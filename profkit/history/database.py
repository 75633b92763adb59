"""A history's file as SQLite sees it: its tables, opening it, and what may be wrong with it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from profkit.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FILE_NAME", "begin", "connected", "is_history", "path_of", "telling"]

FILE_NAME = "history.sqlite"
"""What the file is called in a folder that is given in its place."""

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


def path_of(place: str) -> str:
    """Return the file of a history that is named by it, or by the folder that it is in."""
    return os.path.join(place, FILE_NAME) if os.path.isdir(place) else place  # noqa: PTH112, PTH118


def begin(connection: sqlite3.Connection) -> None:
    """Make the tables of a new history."""
    for statement in _SCHEMA.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


@contextmanager
def connected(path: str, mode: str) -> Iterator[sqlite3.Connection]:
    """Open the file in one of SQLite's modes: rw, rwc."""
    address = f"{Path(path).absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, timeout=_PATIENCE, isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection
    finally:
        connection.close()  # what was not committed is undone


def is_history(path: str, connection: sqlite3.Connection) -> bool:
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
def telling(path: str) -> Iterator[None]:
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
