"""Run the tasks under pyinstrument and save the session.

Another task works at the same time, which is out of the context of the one profiled.

python under_pyinstrument.py SESSION
"""

import asyncio
import contextvars
import sys
import time

from pyinstrument import Profiler

import tasks


OUTSIDE = contextvars.copy_context()


async def main(session: str) -> None:
    until = time.monotonic() + 2
    profiler = Profiler()
    profiler.start(target_description="tasks.py")
    other = asyncio.create_task(tasks.work(until), context=OUTSIDE)
    await tasks.work(until)
    profiler.stop().save(session)
    await other


asyncio.run(main(sys.argv[1]))
