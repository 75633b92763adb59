"""python whole_heavy.py PROFILE: the whole heavy tree; says how many seconds it took to compute.

No row is left out and no depth is, and nothing is read or printed within the time.
"""

from __future__ import annotations

import sys
import time

import profkit


def main(path: str) -> None:
    profile = profkit.load(path)
    begin = time.perf_counter()
    profkit.heavy(profile)
    print(f"seconds {time.perf_counter() - begin}")


if __name__ == "__main__":
    main(sys.argv[1])
