"""The options of V8's own tick processor, under their own names."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, TypeVar

import click

from profkit.cli.options import all_of
from profkit.formats import TickSelection
from profkit.views.tick_rules import SEPARABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from profkit.cli.loading import Reading

__all__ = ["TickCommand", "selecting", "separating", "tick_option"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class _TickOption(click.Option):
    """An option that help shows among those of V8's tool."""


tick_option = functools.partial(click.option, cls=_TickOption)

_STATES = {
    "js": ("-j", "running JavaScript"),
    "gc": ("-g", "collecting garbage"),
    "parser": ("-p", "parsing"),
    "bytecode-compiler": ("-b", "compiling to bytecode"),
    "compiler": ("-c", "compiling to machine code"),
    "other": ("-o", "doing other things of V8"),
    "external": ("-e", "in code outside of V8"),
}
_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}
_BARE = "(bare)"
_TITLES = {"ic": "inline caches", "bytecodes": "handlers of bytecodes"}


class TickCommand(click.Command):
    """A command with options that may stand without their value, and two groups of options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give ``--separate-ic`` and its like a value, so that they do not take the next word."""
        names = {f"--separate-{kind}" for kind in SEPARABLE}
        end = args.index("--") if "--" in args else len(args)
        args[:end] = [f"{word}={_BARE}" if word in names else word for word in args[:end]]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of V8's tool apart."""
        for title, is_of_tool in (
            ("Options", False),
            ("Options of V8's tick processor, for V8 logs", True),
        ):
            with formatter.section(title):
                formatter.write_dl(
                    [
                        record
                        for parameter in self.get_params(ctx)
                        if isinstance(parameter, _TickOption) is is_of_tool
                        and (record := parameter.get_help_record(ctx)) is not None
                    ]
                )


class _Range(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "range"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        limits = (value if "," in value else f"{value},").split(",")
        if len(limits) != 2 or any(not re.fullmatch(r"-?[0-9]+|auto|", text) for text in limits):  # noqa: PLR2004
            self.fail(
                f"{value!r} is not START,END in whole milliseconds, or auto for one of them",
                param,
                ctx,
            )
        start, end = (None if text in {"auto", ""} else int(text) for text in limits)
        return start, end


def selecting(command: _Command) -> _Command:
    """Let ``reading`` say which ticks are read, too; stands below ``options.reading``."""

    @functools.wraps(command)
    def call(
        *,
        reading: Reading,
        state: str | None,
        not_idle: bool,
        range_: tuple[int | None, int | None],
        distortion: int,
        timed_range: bool,
        pairwise_timed_range: bool,
        **others: object,
    ) -> object:
        ticks = TickSelection(
            state or "", not_idle, *range_, distortion, timed_range, pairwise_timed_range
        )
        return command(reading=reading.but(ticks=ticks), **others)

    states = (
        tick_option(
            short, f"--{state}", "state", flag_value=state, help=f"Show only ticks {doing}."
        )
        for state, (short, doing) in _STATES.items()
    )
    return all_of(
        *states,
        tick_option(
            "-ni",
            "--not-idle",
            is_flag=True,
            help="Show all ticks but those of an idle V8, whatever states are asked for.",
        ),
        tick_option(
            "--range",
            "range_",
            metavar="START,END",
            type=_Range(),
            default="auto,auto",
            help="Show only ticks between two times of the log, in milliseconds.",
        ),
        tick_option(
            "--distortion",
            metavar="N",
            type=int,
            default=0,
            help="Take N nanoseconds for each tick before off a tick's time, for --range.",
        ),
        tick_option(
            "--timed-range",
            is_flag=True,
            help="Show only ticks between the first and the last call of Date.now().",
        ),
        tick_option(
            "--pairwise-timed-range",
            "--ptr",
            is_flag=True,
            help="Show only ticks between the calls of each pair of Date.now().",
        ),
    )(call)  # type: ignore[return-value]


def separating(command: _Command) -> _Command:
    """Give ``separate``: for kinds of code whether they have rows of their own, None if bare."""

    @functools.wraps(command)
    def call(**given: object) -> object:
        separate: Mapping[str, bool | None] = {
            kind: _BOOLEAN.get(str(value))
            for kind in SEPARABLE
            if (value := given.pop(_parameter(kind))) is not None
        }
        return command(separate=separate, **given)

    return all_of(
        *(
            tick_option(
                f"--separate-{kind}",
                _parameter(kind),
                metavar="[=true|false]",
                type=click.Choice([*_BOOLEAN, _BARE]),
                help=f"Give {_TITLES.get(kind, kind.replace('-', ' '))} rows of their own, "
                "or count them where they were called.",
            )
            for kind in SEPARABLE
        )
    )(call)  # type: ignore[return-value]


def _parameter(kind: str) -> str:
    return f"separate_{kind.replace('-', '_')}"
