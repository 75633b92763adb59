"""Write what published implementations of E-divisive find in a few series, for tests to compare.

``python e_divisive.py GOLDEN.json``, in an environment of its own, with ``pip install
signal-processing-algorithms apache-otava``: MongoDB's, which Daly et al. describe, has the weighed
energy distances and the change points; Otava's, which has Student's test in the place of
permutations, the change points.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np


def series() -> dict[str, list[float]]:
    """Return the series, with few digits so that they are the same everywhere."""
    random = np.random.default_rng(20140101)
    noise = random.normal(0, 1, 60)
    creep = 1.01 ** np.clip(np.arange(60) - 19, 0, 20)
    made = {
        "noise": 100 + noise,
        "step": 100 + noise + 4 * (np.arange(60) >= 30),
        "two steps": 100 + noise + 5 * (np.arange(60) >= 20) - 8 * (np.arange(60) >= 45),
        "creep": (100 + noise) * creep,
        "late step": 100 + noise + 6 * (np.arange(60) >= 54),
    }
    return {name: np.round(values, 3).tolist() for name, values in made.items()}


def main(target: str) -> None:
    """Ask one implementation after the other; each that is not installed keeps its old answers."""
    path = Path(target)
    before = json.loads(path.read_text()) if path.exists() else {}
    found = {}
    for name, values in series().items():
        found[name] = {**before.get(name, {}), "series": values}
        found[name].update(_mongodb(values) | _otava(values))
    path.write_text(json.dumps(found, indent=1) + "\n")


def _mongodb(values: list[float]) -> dict[str, list[float]]:
    try:
        peer = import_module("signal_processing_algorithms.energy_statistics.energy_statistics")
    except ImportError:
        return {}
    np.random.seed(0)  # noqa: NPY002 (it has no other way)
    matrix = peer._get_distance_matrix(peer._get_valid_input(values))  # noqa: SLF001
    distances = peer._calculate_t_stats(matrix, use_c_if_possible=False)  # noqa: SLF001
    points = peer.e_divisive(values, pvalue=0.01, permutations=200)
    return {"distances": np.round(distances, 9).tolist(), "mongodb": sorted(map(int, points))}


def _otava(values: list[float]) -> dict[str, list[int]]:
    try:
        peer = import_module("otava.analysis")
    except ImportError:
        return {}
    points, _ = peer.compute_change_points(values, max_pvalue=0.001)
    return {"otava": [int(point.index) for point in points]}


if __name__ == "__main__":
    main(*sys.argv[1:])
