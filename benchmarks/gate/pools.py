"""Recorded runs as matrices of counts, kept beside them so that draws are quick."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from plain_methods import Sides

import profkit
from profkit.profile import Kind
from profkit.profile.columns import sums_by

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from trials import Draw

    from profkit import Profile

__all__ = ["BLOCKS", "Pool", "read_pool"]

BLOCKS = 8
"""Into how many stretches of time a run is cut, where its samples have times."""


@dataclass(frozen=True)
class Pool:
    """The runs of a program in the order of recording.

    ``variant`` and ``phase`` are of shape ``(runs,)``; ``own`` and ``whole`` (``int64``, shape
    ``(runs, functions)``) are how many samples a function was hit by itself, and with what it
    called, idle ones left out; ``hits`` their number in a run. ``blocks`` (``int64``, shape
    ``(runs, BLOCKS, functions)``) are a run's own hits by stretches of time, all 0 where samples
    have no time. ``operations`` and ``cpu`` (seconds of the process) were measured beside.
    """

    program: str
    functions: tuple[tuple[str, str], ...]
    files: npt.NDArray[np.str_]
    phase: npt.NDArray[np.str_]
    variant: npt.NDArray[np.str_]
    operations: npt.NDArray[np.int64]
    cpu: npt.NDArray[np.float64]
    main_cpu: npt.NDArray[np.float64]
    hits: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    whole: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]

    def sides(self, draw: Draw) -> Sides:
        """Return the hits of the runs that are compared."""
        return Sides(
            self.own[draw.base], self.own[draw.candidate],
            self.hits[draw.base], self.hits[draw.candidate],
        )  # fmt: skip

    def runs(self, phase: str, variant: str) -> npt.NDArray[np.intp]:
        """Return the numbers of the runs of a variant, in the order of recording."""
        return np.flatnonzero((self.phase == phase) & (self.variant == variant))


def read_pool(folder: Path, program: str) -> Pool:
    """Read what was recorded of a program; only what is new is taken from the profiles."""
    lines = (folder / "runs.jsonl").read_text().splitlines()
    runs = [run for run in map(json.loads, lines) if run["program"] == program]
    counted = [_counted(folder / program / run["file"]) for run in runs]
    functions = tuple(sorted({key for counts in counted for key in counts["functions"]}))
    number = {key: place for place, key in enumerate(functions)}
    own = np.zeros((len(runs), len(functions)), np.int64)
    whole = np.zeros_like(own)
    blocks = np.zeros((len(runs), BLOCKS, len(functions)), np.int64)
    for row, counts in enumerate(counted):
        places = [number[key] for key in counts["functions"]]
        own[row, places] = counts["own"]
        whole[row, places] = counts["whole"]
        blocks[row][:, places] = counts["blocks"]
    return Pool(
        program=program,
        functions=functions,
        files=np.array([run["file"] for run in runs]),
        phase=np.array([run["phase"] for run in runs]),
        variant=np.array([run["variant"] for run in runs]),
        operations=np.array([run["operations"] for run in runs]),
        cpu=np.array([run["cpu"] for run in runs]),
        main_cpu=np.array([run["main_cpu"] for run in runs]),
        hits=own.sum(axis=1),
        own=own,
        whole=whole,
        blocks=blocks,
    )


def _counted(file: Path) -> dict[str, object]:
    """Return a profile's counts, read anew only where that was not done before."""
    cache = file.with_name(file.name + ".npz")
    if not cache.exists():
        functions, own, whole, blocks = _count(profkit.load(file))
        np.savez_compressed(cache, functions=functions, own=own, whole=whole, blocks=blocks)
    with np.load(cache) as kept:
        return {
            "functions": [tuple(key) for key in kept["functions"].tolist()],
            "own": kept["own"],
            "whole": kept["whole"],
            "blocks": kept["blocks"],
        }


def _count(
    profile: Profile,
) -> tuple[
    npt.NDArray[np.str_], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]
]:
    functions = profile.functions
    keys = [
        (profkit.function_name(profile, row), profile.text(int(functions.file[row])))
        for row in range(len(functions))
    ]
    distinct = list(dict.fromkeys(keys))
    number = {key: place for place, key in enumerate(distinct)}
    key_of = np.array([number[key] for key in keys], np.int64)
    key_of_node = key_of[profile.function_of_node]
    is_idle = profile.kind_of_node == Kind.IDLE
    column = _samples_column(profile)
    at_node = np.zeros((BLOCKS, len(profile.tree)), np.int64)
    timed = all(thread.samples.time is not None for thread in profile.threads)
    for thread in profile.threads:
        samples = thread.samples
        active = ~is_idle[samples.node]
        node, value = samples.node[active], samples.values[active, column]
        # By hits rather than by the clock, so that blocks weigh the same.
        block = np.cumsum(value) * BLOCKS // (int(value.sum()) + 1)
        for one in range(BLOCKS):
            rows = block == one
            at_node[one] += sums_by(node[rows], value[rows], at_node.shape[1])
    own_of_node = at_node.sum(axis=0)
    size = len(distinct)
    outermost = profile.tree.outermost(key_of_node)
    totals = profile.tree.totals(own_of_node)
    blocks = np.array([sums_by(key_of_node, one, size) for one in at_node])
    return (
        np.array(distinct),
        sums_by(key_of_node, own_of_node, size),
        sums_by(key_of_node[outermost], totals[outermost], size),
        blocks if timed else np.zeros_like(blocks),
    )


def _samples_column(profile: Profile) -> int:
    units = [value_type.unit for value_type in profile.value_types]
    return units.index("count")
