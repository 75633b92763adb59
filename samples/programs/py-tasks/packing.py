"""Packs data in two processes, the first with two threads: most of it is native code.

python packing.py [SECONDS]
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
import time
import zlib


def pack(seconds: float) -> None:
    data = json.dumps(list(range(20_000))).encode()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        zlib.compress(data, 9)
        json.loads(data)
        sorted(range(20_000), key=lambda number: -number)


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    child = multiprocessing.Process(target=pack, args=(seconds,))
    child.start()
    worker = threading.Thread(target=pack, args=(seconds,), name="worker")
    worker.start()
    pack(seconds)
    worker.join()
    child.join()
