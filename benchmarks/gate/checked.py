"""What profkit's own check says of runs drawn from a pool."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

import profkit
from profkit.gate.check import judge
from profkit.gate.comparing import Sides
from profkit.gate.measuring import measure
from profkit.gate.verdict import State
from profkit.transforms.joining import join

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt
    from pools import Pool
    from trials import Draw

    from profkit.gate.measuring import Measured
    from profkit.gate.verdict import Verdict

__all__ = ["Checker"]


class Checker:
    """The check at its default setting. Runs are read and joined once for all draws of a kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._program = ""
        self._joined: dict[tuple[str, ...], tuple[Measured, dict[int, int]]] = {}
        self._told: dict[tuple[int, ...], Verdict] = {}

    def worse(self, pool: Pool, draw: Draw) -> Sequence[tuple[str, str]]:
        """Return what the check blames, by name and file, the most important first."""
        return self._named(pool, draw, {State.WORSE, State.NEW})

    def better(self, pool: Pool, draw: Draw) -> Sequence[tuple[str, str]]:
        """Return what costs less, in the same way."""
        return self._named(pool, draw, {State.BETTER, State.VANISHED})

    def _named(self, pool: Pool, draw: Draw, states: set[State]) -> Sequence[tuple[str, str]]:
        changes = self.verdict(pool, draw).changes
        return [(change.name, change.file) for change in changes if change.state in states]

    def verdict(self, pool: Pool, draw: Draw) -> Verdict:
        """Check the candidate's runs against those of the base."""
        self._turn_to(pool.program)
        key = (*draw.base.tolist(), -1, *draw.candidate.tolist())
        if key not in self._told:
            self._told[key] = judge(self._chosen(pool, draw))
        return self._told[key]

    def p_values(self, pool: Pool, draw: Draw, hits: float) -> npt.NDArray[np.float64]:
        """Return the p-values of any change in what functions of so many hits spent themselves."""
        self._turn_to(pool.program)
        measured = self._chosen(pool, draw)
        kept, found = Sides(measured, least=1e-9, level=1).tested["self"]
        mean = measured.self_costs[:, kept].mean(axis=0) / measured.unit.mean()
        return found.p[mean >= hits]

    def _turn_to(self, program: str) -> None:
        """Forget the runs of any other program: a joined pool takes some hundred MB."""
        if program != self._program:
            self._program = program
            self._joined.clear()
            self._told.clear()

    def _chosen(self, pool: Pool, draw: Draw) -> Measured:
        measured, row_of = self._measured(pool, draw)
        sides = (draw.base.tolist(), draw.candidate.tolist())
        return measured.choose(*([row_of[run] for run in side] for side in sides))

    def _measured(self, pool: Pool, draw: Draw) -> tuple[Measured, dict[int, int]]:
        """Join all runs of the variants that are compared; returns the row of each run too."""
        kinds = pool.phase + " " + pool.variant
        base, candidate = (np.unique(kinds[side]) for side in (draw.base, draw.candidate))
        key = (*base, *candidate)
        if key not in self._joined:
            sides = [np.flatnonzero(np.isin(kinds, side)).tolist() for side in (base, candidate)]
            if sides[0] == sides[1]:
                middle = len(sides[0]) // 2
                sides = [sides[0][:middle], sides[0][middle:]]
            self._joined[key] = self._join(pool, sides)
        return self._joined[key]

    def _join(self, pool: Pool, sides: list[list[int]]) -> tuple[Measured, dict[int, int]]:
        files = [[self.folder / pool.program / pool.files[run] for run in side] for side in sides]
        profiles = [[profkit.load(file) for file in side] for side in files]
        operations = [[_operations(file) for file in side] for side in files]
        joined = join(*profiles, base_operations=operations[0], candidate_operations=operations[1])
        measured = measure(joined, [*chain(*profiles)])
        return measured, {run: row for row, run in enumerate(chain(*sides))}


def _operations(file: Path) -> int:
    """Return what the load test beside a profile says."""
    load = json.loads(file.with_name(f"{file.name.partition('.')[0]}.load.json").read_text())
    return int(load["requests"]["total"])
