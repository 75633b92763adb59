"""A process that burns CPU and memory in bursts until it is ended.

python3 neighbour.py SEED
"""

from __future__ import annotations

import random
import sys
import time

BURST, PAUSE = (0.05, 0.4), (0.02, 0.3)
MEGABYTES = 48


def main() -> None:
    chance = random.Random(int(sys.argv[1]))  # noqa: S311  no secret
    block = bytearray(MEGABYTES << 20)
    while True:
        until = time.monotonic() + chance.uniform(*BURST)
        while time.monotonic() < until:
            block = bytearray(block)
            sum(range(20_000))
        time.sleep(chance.uniform(*PAUSE))


if __name__ == "__main__":
    main()
