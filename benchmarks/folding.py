"""Write a profile's stacks as folded text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit import function_name, load

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_folded"]


def write_folded(source: Path, target: Path) -> None:
    """Write one line a distinct stack of function names, with its sample count."""
    profile = load(source)
    names = [function_name(profile, i).replace(";", ",") for i in range(len(profile.functions))]
    samples = np.concatenate([thread.samples.node for thread in profile.threads])
    counts = np.bincount(samples[samples >= 0], minlength=len(profile.tree)).tolist()
    functions = profile.function_of_node.tolist()
    # Nodes stand depth first: the path to the next node begins as the path to this one does.
    path: list[str] = []
    with target.open("w", encoding="utf-8") as file:
        for function, depth, count in zip(
            functions, profile.tree.depth.tolist(), counts, strict=True
        ):
            del path[depth:]
            path.append(names[function])
            if count:
                file.write(f"{';'.join(path)} {count}\n")
