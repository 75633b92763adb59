"""Options that commands share, so that a word means the same everywhere."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from profkit.cli.asking import asking
from profkit.cli.loading import Reading
from profkit.cli.output import LAYOUTS, Writing
from profkit.errors import UsageError
from profkit.formats import FORMATS, Compat, ReadOptions, Weighing
from profkit.views.grouped import CALLER_GROUPINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.transforms.steps import Step

__all__ = [
    "FILE",
    "all_of",
    "depth",
    "drift",
    "grouping",
    "include_idle",
    "input_format",
    "least",
    "limit",
    "measuring",
    "min_share",
    "no_color",
    "profiles",
    "reading",
    "reading_and_writing",
    "reading_and_writing_reports",
    "reading_and_writing_ticks",
    "value_type",
    "writing",
]

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _switch_color_off(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001
    if value:
        ctx.color = False


FILE = click.Path(readable=False)
"""A file's name. Whether it can be read is for its reader to find out and to say."""

profiles = click.argument("profiles", metavar="[PROFILE]...", nargs=-1, type=FILE)
"""``profiles``: the files to read; given none, the one last read in this directory."""

input_format = click.option(
    "--input-format",
    type=click.Choice([known.name for known in FORMATS]),
    help="Read the input as this format instead of telling it by its content.",
)

no_color = click.option(
    "--no-color",
    is_flag=True,
    expose_value=False,
    callback=_switch_color_off,
    help="Do without colours, as with NO_COLOR set.",
)

value_type = click.option(
    "--value-type",
    metavar="NAME",
    help="Show this value of the samples, where there are several (see profkit info).",
)

include_idle = click.option(
    "--include-idle", is_flag=True, help="Count the time in which the program was idle."
)


def all_of(*options: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """Return several options as one, in the order in which help shows them."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _writing(*output: str, **further: str) -> Callable[[_Command], _Command]:
    """Return the options that say how and where a result is written, as one ``writing``.

    ``output`` are the names of the option for the file; ``further`` are layouts that a command has
    besides those of all, with what they are.
    """
    layouts = (*LAYOUTS, *further)

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def call(
            *, layout: str | None, as_json: bool, output: str | None, **others: object
        ) -> object:
            if as_json and layout not in (None, "json"):
                raise UsageError(f"--json and --format {layout} exclude each other")
            chosen = "json" if as_json else layout or layouts[0]
            return command(writing=Writing(chosen, output), **others)

        return all_of(
            click.option(
                "--format",
                "layout",
                type=click.Choice(layouts),
                help="Write tables for people (rich, the default: in colours, where a terminal has "
                "them; plain), for a pull request or an issue (markdown), or data (csv, json)"
                f"{''.join(f'; or {what} ({name})' for name, what in further.items())}.",
            ),
            click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
            click.option(
                *output,
                "output",
                metavar="FILE",
                type=FILE,
                help="Write to FILE, not to the terminal.",
            ),
            no_color,
        )(call)  # type: ignore[return-value]

    return decorate


writing = _writing("-o", "--output")
"""``writing``: how a table is written, and where to."""

reading_and_writing = all_of(input_format, writing)
"""What every command that prints a table has: ``input_format`` and ``writing``."""

reading_and_writing_reports = all_of(input_format, _writing("-o"))
"""The same for a verdict, of which ``--output`` writes reports for other tools."""

reading_and_writing_ticks = all_of(
    input_format, _writing("--output", classic="the text that node --prof-process prints")
)
"""The same for the tick processor's report, where ``-o`` has another meaning."""


class _SymbolFile(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "symbols"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        library, equals, file = value.partition("=")
        if not (library and equals and file):
            self.fail(f"{value!r} is not LIBRARY=FILE", param, ctx)
        return library, file


def reading(command: _Command) -> _Command:
    """Give ``reading``: what the user says of names, inlined code and times, and asks to see."""

    @functools.wraps(command)
    def call(
        *,
        symbols: tuple[tuple[str, str], ...],
        target: str,
        no_symbols: bool,
        no_inlined: bool,
        source_map: tuple[str, ...],
        weigh: Weighing,
        compat: Compat | None,
        no_source_maps: bool,
        steps: tuple[Step, ...],
        **others: object,
    ) -> object:
        options = ReadOptions(
            symbols=not no_symbols,
            symbol_files=symbols,
            target=target,
            inlined=not no_inlined,
            source_maps=source_map,
            weigh=weigh,
            compat=compat,
            find_source_maps=not no_source_maps,
        )
        reading = Reading(options, steps)
        return command(reading=reading, **others)

    return all_of(
        click.option(
            "--symbols",
            metavar="LIBRARY=FILE",
            type=_SymbolFile(),
            multiple=True,
            help="Name the library's native code by what nm -C -n -S printed, a linker's map, or "
            "an ELF file.",
        ),
        click.option(
            "--target",
            metavar="FOLDER",
            default="",
            help="Look for the program and its libraries below FOLDER, else below PROFKIT_TARGET.",
        ),
        click.option(
            "--no-symbols",
            is_flag=True,
            help="Leave native and inlined code as node --prof-process --nm=true does.",
        ),
        click.option(
            "--no-inlined",
            is_flag=True,
            help="Leave functions that V8 inlined in those that they were inlined into.",
        ),
        click.option(
            "--source-map",
            metavar="FILE",
            multiple=True,
            help="Name functions of generated JavaScript by this source map, or by those in a "
            "folder.",
        ),
        click.option(
            "--no-source-maps",
            is_flag=True,
            help="Do without the source maps that lie beside generated files.",
        ),
        click.option(
            "--weigh",
            type=click.Choice(get_args(Weighing)),
            default="hits",
            show_default=True,
            help="What the time of a .cpuprofile agrees with.",
        ),
        click.option(
            "--compat",
            type=click.Choice(get_args(Compat)),
            help="Give the figures that this tool has for a .cpuprofile.",
        ),
        asking,
    )(call)  # type: ignore[return-value]


measuring = all_of(value_type, include_idle)
"""What every view of values has: ``value_type`` and ``include_idle``."""


grouping = click.option(
    "--by",
    type=click.Choice(CALLER_GROUPINGS),
    default="function",
    show_default=True,
    help="Show these calling one another in place of functions; threads stand above them.",
)


def limit(default: int, what: str) -> Callable[[_Command], _Command]:
    """Return ``-n/--limit``: how many of ``what`` are shown; 0 means all (None)."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        callback=lambda _ctx, _param, value: value or None,
        help=f"Show this many {what}; 0 shows all.",
    )


def min_share(default: float) -> Callable[[_Command], _Command]:
    """Return ``--min-share``: a share of the total in percent, turned into a fraction."""
    return click.option(
        "--min-share",
        metavar="PERCENT",
        type=click.FloatRange(0, 100),
        default=default,
        show_default=True,
        callback=lambda _ctx, _param, value: value / 100,
        help="Leave out what takes less than this share of the total.",
    )


def depth(default: int) -> Callable[[_Command], _Command]:
    """Return ``--depth``: how many levels are shown; 0 means all (None)."""
    return click.option(
        "--depth",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        callback=lambda _ctx, _param, value: value or None,
        help="Show this many levels; 0 shows all.",
    )


def _percent(name: str, text: str) -> Callable[[_Command], _Command]:
    """Return an option of a share in percent, turned into a fraction; None without it."""
    return click.option(
        name,
        metavar="PERCENT",
        type=click.FloatRange(0, 100),
        callback=lambda _ctx, _param, value: None if value is None else value / 100,
        help=text,
    )


least = _percent("--least", "Let changes of less than this share of the whole be.  [default: 1]")
drift = _percent(
    "--drift",
    "Let everything together be slower by this, as machines are at times.  [default: 2 where runs "
    "of the sides took turns, else 10]",
)
