"""How many requests a load test made, from the JSON that its tool writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.errors import FormatError
from profkit.source import open_source

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["requests_of"]

_TOOLS = "autocannon, k6, oha, vegeta, bombardier, Artillery"


def requests_of(path: str | os.PathLike[str]) -> float:
    """Return the number of requests that were answered in a load test.

    ``path`` is what one of these writes: ``autocannon --json``, k6's ``--summary-export`` or the
    data of its ``handleSummary``, ``oha --output-format json``, ``vegeta report -type json``,
    ``bombardier -o json``, Artillery's report; or an object with a number called ``requests``.

    Raises :class:`~profkit.errors.InputError` where it cannot be read, tells no such number, or
    none was answered.
    """
    import msgspec  # noqa: PLC0415 (10 ms)

    with open_source(path) as source:
        try:
            told = msgspec.json.decode(b"".join(source.chunks()))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FormatError(source.name, f"not the JSON of a load test: {error}") from None
        for rule in _RULES:
            count = rule(told)
            if count is not None:
                break
        else:
            raise FormatError(source.name, f"no count of requests, as {_TOOLS} write it")
        if not 0 < count < float("inf"):
            raise FormatError(source.name, "no request was answered")
        return count


def _at(told: object, *keys: str) -> object:
    """Return what stands under one key after the other; None where there is nothing."""
    for key in keys:
        if not isinstance(told, dict):
            return None
        told = told.get(key)
    return told


def _number(told: object) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number else None  # type: ignore[arg-type]


def _number_at(*keys: str) -> Callable[[object], float | None]:
    return lambda told: _number(_at(told, *keys))


def _sum_at(*keys: str, beginning: str = "") -> Callable[[object], float | None]:
    """Return a rule that sums the numbers of an object, of those keys that begin so."""

    def rule(told: object) -> float | None:
        counts = _at(told, *keys)
        if not isinstance(counts, dict):
            return None
        found = [_number(n) for key, n in counts.items() if key.startswith(beginning)]
        numbers = [number for number in found if number is not None]
        return sum(numbers) if numbers else None

    return rule


_RULES = (
    _number_at("requests", "total"),  # autocannon
    _number_at("metrics", "http_reqs", "count"),  # k6 --summary-export
    _number_at("metrics", "http_reqs", "values", "count"),  # k6, handleSummary
    _sum_at("statusCodeDistribution"),  # oha
    _sum_at("status_codes"),  # vegeta, which counts those without an answer under 0
    _sum_at("result", beginning="req"),  # bombardier
    _number_at("aggregate", "counters", "http.responses"),  # Artillery
    _number_at("requests"),  # whatever else has it
)
