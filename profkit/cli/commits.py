"""Which commit a recording is of: what the user says, else what git knows."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from profkit.errors import UsageError
from profkit.history.store import Commit, storable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TIME", "commit_of"]

_PATIENCE = 10


class _Time(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A date, a date and time (UTC unless it says otherwise), or seconds since 1970."""

    name = "time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value.isascii() and value.isdecimal():
            return int(value[:18])
        try:
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return int(moment.timestamp())
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time such as 2026-03-31T14:00", param, ctx)


TIME = _Time()


def commit_of(
    name: str | None, label: str | None, moment: int | None, branch: str | None
) -> Commit:
    """Return the commit of this name, else of this label, else the one that is checked out.

    Its time is the one that is given, else when it was committed, else now. Git is asked about
    the current directory; a name that it does not know is taken as it is.

    Raises :class:`~profkit.errors.UsageError` where nothing names the commit.
    """
    known = None
    if name is not None or label is None:
        known = _ask_git(name or "HEAD")
    if known is None and not (name or label):
        raise UsageError(
            "this is no git checkout; name the commit (--commit) or what was measured (--label)"
        )
    digest, committed, checked_out = known or (name or label or "", int(time.time()), "")
    return Commit(
        name=storable(digest),
        time=committed if moment is None else moment,
        label=storable(label or ""),
        branch=storable(checked_out if branch is None else branch),
    )


def _ask_git(revision: str) -> tuple[str, int, str] | None:
    """Return a commit's id, its time and the branch that is checked out; None where unknown."""
    shown = _git("log", "-1", "--format=%H %ct", "--end-of-options", revision, "--")
    if shown is None:
        return None
    digest, _, committed = shown.partition(" ")
    branch = _git("symbolic-ref", "--short", "-q", "HEAD") if revision == "HEAD" else None
    return digest, int(committed), branch or ""


def _git(*arguments: str) -> str | None:
    command: Sequence[str] = ("git", *arguments)
    try:
        ran = subprocess.run(  # noqa: S603 (no shell, and what users say cannot be an option)
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return ran.stdout.decode(errors="replace").strip() or None
