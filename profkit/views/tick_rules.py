"""What the tick processor of a version of V8 hides, and which of its options change that.

Source: V8's ``tools/tickprocessor.mjs`` (``V8Profile``, ``getDefaultResults``) of each version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from profkit.formats.v8log.states import version_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profkit.profile import Profile

__all__ = ["PLAIN", "SEPARABLE", "Rules", "rules_of"]

_PATTERNS = {
    "ic": "^LoadGlobalIC: |Handler: |CallIC|LoadIC|StoreIC",
    "bytecodes": "^BytecodeHandler: ",
    "builtins": "^Builtin: ",
    "stubs": "^Stub: ",
    "sparkplug-handlers": "^Builtin: .*Baseline",
}
SEPARABLE = tuple(_PATTERNS)
"""The kinds of code that may have rows of their own, or be hidden in what called them."""

_OLD_IC = "^(?:CallIC|LoadIC|StoreIC)|Builtin: (?:Keyed)?(?:Call|Load|Store)IC_"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a tool does unless told otherwise.

    Callers of less than ``min_share`` of what they call are left out. Code of the kinds ``hidden``
    has no rows; ``patterns`` are regular expressions for the labels of each kind. ``meaning`` is
    how it takes the value of an option such as ``--separate-ic``, None where it has no value.
    """

    min_share: float = 0.01
    hidden: tuple[str, ...] = ("bytecodes",)
    patterns: Mapping[str, str] = field(default_factory=lambda: _PATTERNS)
    meaning: Mapping[bool | None, bool] = field(
        default_factory=lambda: {None: True, True: True, False: False}
    )

    def hidden_labels(self, separate: Mapping[str, bool | None]) -> str:
        """Return a regular expression for labels that are hidden; empty where none is.

        ``separate`` tells for kinds whether they shall have rows of their own, None where the
        option has no value.
        """

        def is_hidden(kind: str) -> bool:
            return not (
                self.meaning[separate[kind]] if kind in separate else kind not in self.hidden
            )

        return "|".join(text for kind, text in self.patterns.items() if is_hidden(kind))


PLAIN = Rules()
"""What profkit does: as today's tool, and every option means what its name says."""

# Today's tool has an option for Sparkplug's handlers, and does nothing with it.
_OF_TOOLS = {kind: text for kind, text in _PATTERNS.items() if kind != "sparkplug-handlers"}
_RULES = (
    (
        (0,),
        Rules(
            min_share=0.02,
            hidden=("ic",),
            patterns=_OF_TOOLS | {"ic": _OLD_IC},
            meaning=dict.fromkeys((None, True, False), True),
        ),
    ),
    ((5, 6), Rules(patterns=_OF_TOOLS, meaning={None: False, True: True, False: False})),
)


def rules_of(profile: Profile) -> Rules:
    """Return the rules of the tool that belongs to the V8 that wrote a log; else the plain ones."""
    version = re.match(r"V8 (\d[\w.]*)", profile.meta.producer)
    if version is None:
        return PLAIN
    number = version_number(version[1])
    return next(rules for since, rules in reversed(_RULES) if number >= since)
