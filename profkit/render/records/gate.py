"""Stored baselines and calibrations as records."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import Record, ValueTypeRecord

if TYPE_CHECKING:
    from profkit.gate.baseline import Baseline
    from profkit.gate.calibrate import Calibration
    from profkit.render.records.rows import Rows

__all__ = ["BaselineRecord", "BaselineRun", "CalibrationRecord", "CalibrationSize"]


class BaselineRun(Record, frozen=True, kw_only=True):
    """A run of a baseline."""

    name: str
    """The file that it was read from."""
    format: str
    """The name of the format it was read as."""
    samples: int
    """The number of its samples."""
    operations: float | None
    """The units of work done in it; null where they are not known."""


class BaselineRecord(Record, tag="baseline", tag_field="view", frozen=True, kw_only=True):
    """What a stored baseline holds."""

    version: Literal[1] = 1
    """The version of the form; another number says that a member is gone or means another thing."""
    file: str
    """The baseline's file."""
    bytes: int
    """Its size."""
    tool: str
    """The version of profkit that wrote it."""
    nodes: int
    """The number of nodes of its call tree."""
    functions: int
    """The number of its functions."""
    runs: list[BaselineRun]
    """Its runs."""

    @classmethod
    def of(cls, baseline: Baseline, path: str, size: int) -> BaselineRecord:
        """Return the record of a baseline."""
        return cls(
            file=path,
            bytes=size,
            tool=baseline.tool,
            nodes=len(baseline.nodes.parent),
            functions=len(baseline.functions.name),
            runs=[
                BaselineRun(
                    name=run.name,
                    format=run.format,
                    samples=sum(run.samples),
                    operations=run.operations,
                )
                for run in baseline.runs
            ],
        )

    def table(self) -> Rows:
        """Return the runs."""
        return rows_with_unit(self.runs, BaselineRun, ValueTypeRecord(type="", unit="samples"))


class CalibrationSize(Record, frozen=True, kw_only=True):
    """How comparisons of as many runs a side ended."""

    runs: int
    """The number of runs a side."""
    comparisons: int
    """The number of comparisons."""
    all_splits: bool
    """Whether these are all ways to choose the sides."""
    regressions: int
    """How many ended as a regression, each of them a false alarm."""
    improvements: int
    """How many ended as an improvement."""
    undecided: int
    """How many could not decide."""
    smallest: float | None
    """The smallest change of one function, as a share of the whole, that 9 of 10 would find."""
    smallest_total: float | None
    """The smallest relative change of the whole that 9 of 10 would find."""


class CalibrationAlarm(Record, frozen=True, kw_only=True):
    """What was alarmed for."""

    name: str
    """What was named first."""
    times: int
    """How often."""


class CalibrationRecord(Record, tag="calibrate", tag_field="view", frozen=True, kw_only=True):
    """Runs of one version, compared with one another."""

    version: Literal[1] = 1
    """The version of the form; another number says that a member is gone or means another thing."""
    runs: int
    """The number of runs."""
    sizes: list[CalibrationSize]
    """How comparisons ended, by how many runs a side had."""
    alarms: list[CalibrationAlarm]
    """What was alarmed for, most often first."""

    @classmethod
    def of(cls, found: Calibration) -> CalibrationRecord:
        """Return the record of a calibration."""
        return cls(
            runs=found.runs,
            sizes=[
                CalibrationSize(
                    runs=size.runs,
                    comparisons=size.splits,
                    all_splits=size.all_splits,
                    regressions=size.regressions,
                    improvements=size.improvements,
                    undecided=size.undecided,
                    smallest=_known(size.smallest),
                    smallest_total=_known(size.smallest_total),
                )
                for size in found.sizes
            ],
            alarms=[CalibrationAlarm(name=name, times=times) for name, times in found.alarms],
        )

    def table(self) -> Rows:
        """Return how comparisons ended."""
        return rows_with_unit(
            self.sizes, CalibrationSize, ValueTypeRecord(type="", unit="comparisons")
        )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
