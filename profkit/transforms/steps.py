"""The steps by which a user says what is looked at, and applying them in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.errors import UsageError
from profkit.profile import Applied, step_words
from profkit.transforms import collapsing, frames, stacks
from profkit.transforms.matching import find_function
from profkit.transforms.patterns import matching_functions, parsed
from profkit.transforms.threads import keep_threads
from profkit.transforms.times import Moment, keep_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]
    Answer = tuple[Profile, bool]

__all__ = ["STEPS", "Step", "apply"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something asked of a profile, in the words of the command line.

    ``name`` is an option's without its dashes, such as ``focus`` or ``show-from``; ``argument`` is
    what follows it there, empty for an option without a value.

    Raises :class:`UsageError` for a name that there is not, and an argument that makes no sense.
    """

    name: str
    argument: str = ""

    def __post_init__(self) -> None:
        if self.name not in STEPS:
            raise UsageError(f"{self.name!r} is no step; there are {', '.join(STEPS)}")
        STEPS[self.name].check(self.argument)


class _Kind(NamedTuple):
    """A kind of step.

    ``check`` raises :class:`UsageError` for an argument that makes no sense. ``run`` takes the
    arguments, which are several for threads only, and returns the new profile and whether there
    was anything that they are about.
    """

    check: Callable[[str], object]
    run: Callable[[Profile, Sequence[str]], Answer]


def apply(profile: Profile, steps: Iterable[Step]) -> Profile:
    """Return what the steps leave of a profile; its ``applied`` tells what each of them left.

    ``from``, ``to`` and ``thread`` come first, for they look at no stack; the others in the order
    given, each on what the one before it left. Several ``thread`` are one step, which keeps the
    threads that any of them names.

    Raises :class:`UsageError` where a step cannot be: there is no such thread or function, samples
    have no times.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> morgan = profkit.apply(profile, [profkit.Step("focus", "package:morgan")])
    >>> morgan.sample_count, profile.sample_count
    (3124, 5849)
    """
    before = profile.extent
    for name, arguments in _in_order(steps):
        try:
            changed, matched = STEPS[name].run(profile, arguments)
        except UsageError as error:
            raise UsageError(f"{step_words(name, arguments)}: {error}") from None
        after = changed.extent
        done = Applied(name, arguments, matched, before, after)
        profile, before = changed.replace(applied=(*profile.applied, done)), after
    return profile


def _in_order(steps: Iterable[Step]) -> list[tuple[str, tuple[str, ...]]]:
    given = list(steps)
    threads = tuple(step.argument for step in given if step.name == "thread")
    times = [(step.name, (step.argument,)) for step in given if step.name in ("from", "to")]
    others = [
        (step.name, (step.argument,) if step.argument else ())
        for step in given
        if step.name not in ("thread", "from", "to")
    ]
    return [*times, *([("thread", threads)] if threads else []), *others]


def _by_pattern(transform: Callable[[Profile, Mask], Profile]) -> _Kind:
    def run(profile: Profile, arguments: Sequence[str]) -> Answer:
        functions = matching_functions(profile, arguments[0])
        return transform(profile, functions), _occur(profile, functions)

    return _Kind(parsed, run)


def _occur(profile: Profile, functions: Mask) -> bool:
    """Tell whether any of the functions is on a stack or was deoptimised."""
    in_deopts = np.append(functions, False)[profile.deopts.function]
    return bool(functions[profile.function_of_node].any() or in_deopts.any())


def _merge_function(profile: Profile, arguments: Sequence[str]) -> Answer:
    functions = np.zeros(len(profile.functions), bool)
    functions[find_function(profile, arguments[0])] = True
    return frames.hide(profile, functions), True


def _collapse_package(profile: Profile, arguments: Sequence[str]) -> Answer:
    inside = collapsing.functions_of_package(profile, arguments[0])
    found = bool(inside[profile.function_of_node].any())
    return collapsing.collapse_package(profile, arguments[0]), found


def _collapse_recursion(profile: Profile, _: Sequence[str]) -> Answer:
    found = bool(collapsing.is_recursive(profile).any())
    return collapsing.collapse_recursion(profile), found


def _mine(profile: Profile, _: Sequence[str]) -> Answer:
    found = bool(collapsing.is_of_app(profile)[profile.function_of_node].any())
    return collapsing.mine(profile), found


def _from(profile: Profile, arguments: Sequence[str]) -> Answer:
    return keep_times(profile, since=Moment.of(arguments[0])), True


def _to(profile: Profile, arguments: Sequence[str]) -> Answer:
    return keep_times(profile, until=Moment.of(arguments[0])), True


def _threads(profile: Profile, arguments: Sequence[str]) -> Answer:
    return keep_threads(profile, arguments), True


def _no_argument(text: str) -> None:
    if text:
        raise UsageError(f"{text!r} follows a step that takes no argument")


def _some_argument(text: str) -> None:
    if not text:
        raise UsageError("a step lacks its argument")


STEPS = {
    "focus": _by_pattern(stacks.focus),
    "ignore": _by_pattern(stacks.ignore),
    "hide": _by_pattern(frames.hide),
    "show": _by_pattern(frames.show),
    "show-from": _by_pattern(frames.show_from),
    "prune-from": _by_pattern(frames.prune_from),
    "mine": _Kind(_no_argument, _mine),
    "merge-function": _Kind(_some_argument, _merge_function),
    "collapse-package": _Kind(_some_argument, _collapse_package),
    "collapse-recursion": _Kind(_no_argument, _collapse_recursion),
    "from": _Kind(Moment.of, _from),
    "to": _Kind(Moment.of, _to),
    "thread": _Kind(_some_argument, _threads),
}
"""What can be asked, by its name, which is that of the command line's option."""
