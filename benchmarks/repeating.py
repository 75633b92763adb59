"""A CPU profile of many samples: those of a recorded one, again and again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_repeated"]


def write_repeated(source: Path, target: Path, samples: int) -> None:
    """Repeat the samples of ``source``, with their times and hits, until there are ``samples``."""
    profile = json.loads(source.read_bytes())
    times = -(-samples // len(profile["samples"]))
    length = profile["endTime"] - profile["startTime"]
    profile["endTime"] = profile["startTime"] + times * length
    for node in profile["nodes"]:
        node["hitCount"] *= times
        for line in node.get("positionTicks", ()):
            line["ticks"] *= times
    deltas = profile["timeDeltas"]
    again = [length - sum(deltas[1:]), *deltas[1:]]
    written = {
        "samples": (profile.pop("samples"),) * times,
        "timeDeltas": (deltas, *(again,) * (times - 1)),
    }
    with target.open("w") as out:
        out.write(json.dumps(profile, separators=(",", ":"))[:-1])
        for key, parts in written.items():
            texts = {id(part): json.dumps(part, separators=(",", ":"))[1:-1] for part in parts}
            out.write(f',"{key}":[')
            for number, part in enumerate(parts):
                out.write("," * bool(number) + texts[id(part)])
            out.write("]")
        out.write("}\n")
