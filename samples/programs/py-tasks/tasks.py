"""Recursion, threads and tasks that wait, so that each has its place in a profile.

python tasks.py [SECONDS]
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time


class Counter:
    """Counts primes below a bound, the slow way."""

    def count(self, bound: int) -> int:
        return sum(self.is_prime(number) for number in range(2, bound))

    def is_prime(self, number: int) -> bool:
        return all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def is_even(number: int) -> bool:
    return number == 0 or is_odd(number - 1)


def is_odd(number: int) -> bool:
    return number != 0 and is_even(number - 1)


async def fetch(delay: float) -> str:
    await asyncio.sleep(delay)
    return " ".join(sorted(str(number) for number in range(2000)))


async def work(until: float) -> None:
    while time.monotonic() < until:
        await fetch(0.005)
        fibonacci(15)
        is_even(200)
        Counter().count(300)


def background(until: float) -> None:
    while time.monotonic() < until:
        Counter().count(300)
        time.sleep(0.002)


def main(seconds: float = 2.0) -> None:
    until = time.monotonic() + seconds
    thread = threading.Thread(target=background, args=(until,), name="background")
    thread.start()
    asyncio.run(work(until))
    thread.join()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
