"""The options that say what is looked at, in the order in which they stand."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from profkit.errors import UsageError
from profkit.transforms.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["asking"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_GIVEN = "profkit.steps"

_OPTIONS = (
    ("focus", "REGEX", "Keep stacks that hold a function with this in its name, file or package."),
    ("ignore", "REGEX", "Drop stacks that hold such a function."),
    ("hide", "REGEX", "Take such functions out of the stacks; their time goes to their callers."),
    ("show", "REGEX", "Take all others out of the stacks."),
    ("show-from", "REGEX", "Begin stacks at the first such function; drop those without one."),
    ("prune-from", "REGEX", "End stacks at the last such function; it gets the time below it."),
    ("mine", "", "Keep the app's own functions, each with the time of what it called for."),
    ("merge-function", "FUNCTION", "Take one function out, named as for profkit tree --of."),
    ("collapse-package", "NAME", "Show calls within a package as one function of its name."),
    ("collapse-recursion", "", "Show a function that calls itself once."),
    ("from", "TIME", "Keep samples from this time on: milliseconds, as in 1500, or 1.5s, or 50%."),
    ("to", "TIME", "Keep samples before this time."),
    ("thread", "NAME", "Keep this thread: name, number in profkit info or regular expression."),
)
_OTHER_NAMES = {"mine": ("no-library",)}


class _StepOption(click.Option):
    """An option that is a step. Its parser tells the order of options, which click then forgets."""

    def __init__(self, declarations: Iterable[str] | None = None, **attributes: Any) -> None:  # noqa: ANN401 (click's own)
        super().__init__(declarations, expose_value=False, **attributes)  # type: ignore[arg-type]

    @property
    def step(self) -> str:
        """The step's name."""
        return self.opts[0].removeprefix("--")

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:  # noqa: ANN401 (click names it in 8.2 only)
        """Have all steps of a command line noted together, by the first of these options."""
        super().add_to_parser(parser, ctx)
        if _GIVEN in ctx.meta:
            return
        ctx.meta[_GIVEN] = ()
        parse_args = parser.parse_args

        def parse_and_note(args: list[str]) -> tuple[dict[str, Any], list[str], list[Any]]:
            values, rest, order = parse_args(args)
            if not ctx.resilient_parsing:  # the shell, which completes a line, runs nothing
                ctx.meta[_GIVEN] = _in_order(values, order, ctx)
            return values, rest, order

        parser.parse_args = parse_and_note


def _in_order(values: Mapping[str, Any], order: list[Any], ctx: click.Context) -> tuple[Step, ...]:
    """Return the steps; ``order`` has an option as often as it was given."""
    given = [option for option in order if isinstance(option, _StepOption)]
    arguments = {
        option.step: itertools.repeat("") if option.is_flag else iter(values[option.name or ""])
        for option in given
    }
    return tuple(_step(option, next(arguments[option.step]), ctx) for option in given)


def _step(option: _StepOption, argument: str, ctx: click.Context) -> Step:
    try:
        return Step(option.step, argument)
    except UsageError as error:
        raise click.BadParameter(str(error), ctx, option) from None


def asking(command: _Command) -> _Command:
    """Give ``steps``: what the user asks to see of a profile, in the order of the command line."""

    @functools.wraps(command)
    def call(**others: object) -> object:
        steps: tuple[Step, ...] = click.get_current_context().meta.get(_GIVEN, ())
        return command(steps=steps, **others)

    for name, metavar, text in reversed(_OPTIONS):
        value = {"metavar": metavar, "multiple": True} if metavar else {"is_flag": True}
        names = [f"--{one}" for one in (name, *_OTHER_NAMES.get(name, ()))]
        call = click.option(*names, cls=_StepOption, help=text, **value)(call)
    return call  # type: ignore[return-value]
