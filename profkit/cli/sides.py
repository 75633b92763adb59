"""Two sides of a comparison on the command line, and reading their runs."""

from __future__ import annotations

import contextlib
import functools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from profkit.cli.loading import load_profiles, refuse_paths, tell_of_reading
from profkit.cli.messages import note
from profkit.cli.narrowing import narrow_all
from profkit.cli.options import FILE, all_of
from profkit.cli.run_files import files_named, operations_told, requests_told
from profkit.errors import EmptyInputError, NothingToReadError, UsageError
from profkit.loading import load_all
from profkit.render.values import count
from profkit.transforms.joining import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from profkit.cli.loading import Reading
    from profkit.profile import Profile
    from profkit.transforms.joining import Joined

__all__ = ["Runs", "Sides", "against_base", "load_sides", "load_subject", "read_sides", "two_sides"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")


against_base = click.option(
    "--base",
    metavar="FILE",
    multiple=True,
    type=FILE,
    help="Show what changed from this run: a file, a folder of files or a quoted pattern.",
)
"""``base``: what a picture of a profile may be compared with; see :func:`load_subject`."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What the user named: the files of both sides, and how much work was done in them.

    ``base`` and ``candidate`` are files, folders or patterns. ``operations`` are the numbers of
    ``--ops-base`` and ``--ops-candidate``; ``per_request`` what ``--per-request`` names.
    """

    base: tuple[str, ...] = ()
    candidate: tuple[str, ...] = ()
    operations: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    per_request: tuple[str, ...] = ()


def two_sides(*, needs_base: bool = True) -> Callable[[_Command], _Command]:
    """Give ``sides``: BASE and CANDIDATE, as two arguments or as options for several runs each.

    Without ``needs_base`` one argument is a candidate, whose base the command has from elsewhere.
    """

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def call(
            *,
            named: tuple[str, ...],
            base: tuple[str, ...],
            candidate: tuple[str, ...],
            ops_base: tuple[float, ...],
            ops_candidate: tuple[float, ...],
            per_request: tuple[str, ...],
            **others: object,
        ) -> object:
            base, candidate = _named(named, base, candidate, needs_base=needs_base)
            sides = Sides(base, candidate, (ops_base, ops_candidate), per_request)
            return command(sides=sides, **others)

        work = click.FloatRange(min=0, min_open=True)
        return all_of(
            click.argument("named", metavar="[BASE CANDIDATE]", nargs=-1, type=FILE),
            click.option(
                "--base",
                metavar="FILE",
                multiple=True,
                type=FILE,
                help="A run before the change: a file, a folder of files or a quoted pattern.",
            ),
            click.option(
                "--candidate",
                metavar="FILE",
                multiple=True,
                type=FILE,
                help="A run after it, in the same way.",
            ),
            click.option(
                "--ops-base",
                metavar="N",
                multiple=True,
                type=work,
                help="How many operations (such as requests) each run of the base did; or one "
                "number for each run.",
            ),
            click.option(
                "--ops-candidate",
                metavar="N",
                multiple=True,
                type=work,
                help="The same for the candidate.",
            ),
            click.option(
                "--per-request",
                metavar="JSON",
                multiple=True,
                help="Count operations by what a load test wrote: a file for each side or each "
                "run, or .SUFFIX for those beside the profiles.",
            ),
        )(call)  # type: ignore[return-value]

    return decorate


def _named(
    named: tuple[str, ...], base: tuple[str, ...], candidate: tuple[str, ...], *, needs_base: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the two sides, whichever way they were named.

    Raises :class:`UsageError` where one is missing, or there are more than two.
    """
    if named and (base or candidate):
        raise UsageError(
            "name the sides as BASE CANDIDATE or with --base and --candidate, not both"
        )
    if len(named) > 2:  # noqa: PLR2004 (the sides)
        raise UsageError(
            f"{len(named)} files are named, and there are two sides: give several runs of a side "
            "with --base and --candidate"
        )
    if len(named) == 2:  # noqa: PLR2004 (the sides)
        base, candidate = named[:1], named[1:]
    elif named and needs_base:
        raise UsageError(f"there is nothing to compare {named[0]} with: name BASE and CANDIDATE")
    elif named:
        candidate = named
    if needs_base and not (base and candidate):
        side = "candidate" if base else "base"
        missing = f"no {side} is named" if base or candidate else "no profile is named"
        raise NothingToReadError(f"{missing}; name BASE and CANDIDATE, each a file or a folder")
    return base, candidate


def load_sides(
    sides: Sides,
    *,
    input_format: str | None = None,
    reading: Reading,
    output: str | None = None,
) -> Joined:
    """Read the runs of both sides, keep what is asked of each, and join them.

    Tells on standard error what :func:`read_sides` does, and what a reader of a comparison should
    know.

    Raises what :func:`read_sides` and :func:`~profkit.transforms.joining.join` raise.
    """
    runs = read_sides(sides, input_format=input_format, reading=reading, output=output)
    joined = join(
        runs.base,
        runs.candidate,
        base_operations=runs.base_operations,
        candidate_operations=runs.candidate_operations,
    )
    for text in joined.notes:
        note(text)
    return joined


def load_subject(
    paths: Sequence[str],
    base: Sequence[str],
    *,
    input_format: str | None = None,
    reading: Reading,
    output: str | None = None,
) -> Profile | Joined:
    """Read a profile; or, where there is a base, both sides.

    Raises :class:`UsageError` where there is nothing to compare with the base, and what
    :func:`~profkit.cli.loading.load_profiles` and :func:`load_sides` raise.
    """
    if not base:
        return load_profiles(paths, input_format=input_format, reading=reading, output=output)
    if not paths:
        raise UsageError("name the profile that is to be compared with the base")
    sides = Sides(tuple(base), tuple(paths))
    return load_sides(sides, input_format=input_format, reading=reading, output=output)


class Runs(NamedTuple):
    """The profiles of both sides, and the units of work done in each, None where unknown."""

    base: list[Profile]
    candidate: list[Profile]
    base_operations: list[float | None]
    candidate_operations: list[float | None]


def read_sides(
    sides: Sides,
    *,
    input_format: str | None = None,
    reading: Reading,
    output: str | None = None,
) -> Runs:
    """Read the runs of both sides with all processors, and keep what is asked of each.

    Shows progress on standard error, and notes what was lost in reading.

    Raises :class:`~profkit.errors.UsageError` where a side has no file, nothing remains of both,
    or the work done is told for other runs than there are;
    :class:`~profkit.errors.InputError` where a file cannot be read or holds no samples.
    """
    base, candidate = (files_named(named, input_format) for named in (sides.base, sides.candidate))
    paths = [*base, *candidate]
    refuse_paths(paths, output)
    if sides.per_request and any(sides.operations):
        raise UsageError("--per-request and --ops-base, --ops-candidate exclude each other")
    operations = (
        requests_told(sides.per_request, base, candidate)
        if sides.per_request
        else operations_told(sides.operations, base, candidate)
    )
    with _progress(paths) as on_progress:
        profiles = load_all(
            paths, format=input_format, options=reading.options, on_progress=on_progress
        )
    for profile in profiles:
        if not profile.sample_count:
            raise EmptyInputError(profile.meta.source, "there are no samples in it")
    for path in {*base} & {*candidate}:
        note(f"{path} is on both sides")
    tell_of_reading(profiles)
    profiles = narrow_all(profiles, reading.steps)
    runs = len(base)
    return Runs(profiles[:runs], profiles[runs:], operations[:runs], operations[runs:])


@contextlib.contextmanager
def _progress(paths: Sequence[str]) -> Iterator[Callable[[int, int | None], None] | None]:
    """Yield what shows how much is read, where somebody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from profkit.cli.progress import showing_progress  # noqa: PLC0415 (imports rich)

    with showing_progress(count(len(paths), "profile")) as on_progress:
        yield on_progress
