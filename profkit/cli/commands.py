"""The tuple of commands. A new command is one module and one line here.

A command's module has a click command of the command's own name. It is imported when it is called
or asked for its help, so that ``profkit --help`` costs no more than click.
"""

from __future__ import annotations

import importlib
from typing import NamedTuple, cast

import click

from profkit._version import __version__

__all__ = ["COMMANDS", "Command", "profkit"]


class Command(NamedTuple):
    """A command: its name, which is the name in its module too, and what help says of it."""

    name: str
    module: str
    help: str


COMMANDS = (
    Command("process", "profkit.cli.process", "Report where a V8 log's ticks went."),
    Command("top", "profkit.cli.top", "Rank functions, files, packages or kinds by their time."),
    Command("heavy", "profkit.cli.heavy", "Show what is slow, and who calls it (bottom-up)."),
    Command("tree", "profkit.cli.tree", "Show what calls what, from the root (top-down)."),
    Command("butterfly", "profkit.cli.butterfly", "Show one function, its callers and callees."),
    Command("lines", "profkit.cli.lines", "Show which lines of the source take the time."),
    Command("timeline", "profkit.cli.timeline", "Show activity over time, and what took long."),
    Command("flame", "profkit.cli.flame", "Draw a flame graph or chart, and what changed."),
    Command("view", "profkit.cli.view", "Look into a profile in the browser."),
    Command("deopts", "profkit.cli.deopts", "Count where V8 had to give up optimised code."),
    Command("diff", "profkit.cli.diff", "Compare two versions: what became slower, what faster."),
    Command(
        "check", "profkit.cli.check", "Fail where a change made it slower, and name the cause."
    ),
    Command("baseline", "profkit.cli.baseline", "Keep runs to check later ones against."),
    Command("calibrate", "profkit.cli.calibrate", "Tell how often a check alarms without reason."),
    Command(
        "history", "profkit.cli.history", "Keep costs of many commits, find where they changed."
    ),
    Command("convert", "profkit.cli.convert", "Write a profile as a file of another tool."),
    Command("info", "profkit.cli.info", "Tell what a file holds, and what was lost in reading it."),
)


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports them by need."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [command.name for command in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        for command in COMMANDS:
            if command.name == cmd_name:
                module = importlib.import_module(command.module)
                return cast("click.Command", getattr(module, command.name))
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(command.name, command.help) for command in COMMANDS])


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="profkit COMMAND --help shows a command's options and examples.",
)
@click.version_option(__version__, "-V", "--version", message="profkit %(version)s")
@click.pass_context
def profkit(context: click.Context) -> None:
    """Read CPU profiles of Node, Chrome and Python, and show where the time went.

    \b
      profkit top    app.cpuprofile          which functions take the time
      profkit heavy  isolate.log             who calls the slow ones
      profkit flame  app.cpuprofile out.svg  all of it in one picture
    """  # noqa: D301 (the backslash is click's mark for text that is not to be wrapped)
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)
