"""What a check found: the verdict, its reasons, and the changes behind it.

Costs are floats in the unit that the check compares in: nanoseconds of CPU time per operation
where operations are known, else shares of a run of the base, made comparable by size factors.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from profkit.display import Displayed

__all__ = ["BudgetResult", "Change", "Level", "Outcome", "Severity", "State", "Verdict"]


class Outcome(enum.Enum):
    """How a check ends."""

    PASS = "pass"  # noqa: S105 (no password)
    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    CANNOT_DECIDE = "cannot decide"

    @property
    def exit_code(self) -> int:
        """What the process ends with: 0 fine, 1 failed, 3 cannot decide."""
        return {Outcome.REGRESSION: 1, Outcome.CANNOT_DECIDE: 3}.get(self, 0)


class Severity(enum.Enum):
    """What comes of it: an error fails the check, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Level(enum.Enum):
    """What a change or a budget is about; the values are the words of ``--by``."""

    TOTAL = "total"
    FUNCTION = "function"
    FILE = "file"
    PACKAGE = "package"
    KIND = "kind"
    CATEGORY = "category"


class State(enum.Enum):
    """What became of a cost."""

    WORSE = "worse"
    BETTER = "better"
    NEW = "new"
    VANISHED = "vanished"
    MOVED = "moved"
    """It rose here and fell elsewhere: what both are called by costs what it did."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """A cost before and after.

    ``name`` is the function's, file's or package's; ``file``, ``line`` (1-based, 0 unknown) and
    ``package`` are where it is in the candidate, or in the baseline where it vanished. ``measure``
    is ``self``, ``charged`` (with what the runtime did for it) or ``total``. ``base`` and
    ``candidate`` are means over the runs of a side; ``low`` and ``high`` are the ends of the 95 %
    interval of ``candidate - base``. ``p`` is the p-value of its family's test, ``q`` the smallest
    false discovery rate at which it counts. ``symptoms`` are changes that follow from this one:
    callers that grew only because of it.
    """

    level: Level
    name: str
    measure: str
    state: State
    base: float
    candidate: float
    low: float
    high: float
    p: float
    q: float
    file: str = ""
    line: int = 0
    package: str = ""
    symptoms: tuple[Change, ...] = ()

    @property
    def delta(self) -> float:
        """How much more it costs; negative for less."""
        return self.candidate - self.base

    @property
    def ratio(self) -> float:
        """Its cost as a multiple of what it was; infinite for what is new."""
        return self.candidate / self.base if self.base else float("inf")


@dataclass(frozen=True, slots=True)
class BudgetResult:
    """How much of a budget is used.

    ``text`` is the budget as the user wrote it (``morgan = "0.5%"``), ``level`` and ``name`` what
    it is for. ``measured``, its interval's ``low`` and ``high``, and ``limit`` are shares (0.005)
    or costs, as ``unit`` says. ``is_over`` where it is over beyond doubt, ``is_open`` where the
    interval holds the limit.
    """

    text: str
    level: Level
    name: str
    severity: Severity
    measured: float
    low: float
    high: float
    limit: float
    unit: str
    is_over: bool
    is_open: bool
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Verdict(Displayed):
    """The answer of a check, with everything that a report shows.

    ``reasons`` are plain sentences, the most important first. ``total`` is the change of the whole,
    ``changes`` are the causes that were found, worst first; ``moved`` those that only moved.
    ``unit`` tells what costs are: ``ns/op``, ``samples/op``, ``share``. ``runs`` are the numbers of
    runs of base and candidate, ``base`` and ``candidate`` the names of their files, or of the
    stored baseline; a candidate alone has no base, and its figures of both sides are the same.
    ``smallest`` is the smallest change of one function that this comparison could have found in 9
    of 10 cases, as a share of the whole, and ``smallest_total`` the smallest relative change of
    everything together; ``more_runs`` how many runs a side would decide, None where none would or
    nothing is open. ``notes`` are what a reader should know of the comparison: an assumed
    variance, runs of unlike length, little overlap.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    total: Change
    changes: tuple[Change, ...]
    moved: tuple[Change, ...]
    budgets: tuple[BudgetResult, ...]
    unit: str
    runs: tuple[int, int]
    base: tuple[str, ...]
    candidate: tuple[str, ...]
    smallest: float
    more_runs: int | None
    smallest_total: float
    notes: tuple[str, ...] = ()
