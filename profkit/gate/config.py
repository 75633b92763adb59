"""What a project says of its checks: ``[tool.profkit]`` in pyproject.toml, or profkit.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from profkit.errors import InputError, UsageError
from profkit.gate.budgets import Budget, parse_budgets

__all__ = ["Config", "parse_share", "read_config"]

_FILES = ("profkit.toml", "pyproject.toml")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True)
class Config:
    """What is asked of checks; None where nothing is said. ``file`` is where it comes from."""

    budgets: tuple[Budget, ...] = ()
    least: float | None = None
    drift: float | None = None
    file: str = ""


def read_config(path: str | None = None) -> Config:
    """Read the file that is named, else profkit.toml, else pyproject.toml of this folder.

    Raises :class:`InputError` where it cannot be read, :class:`UsageError` for a key that there is
    not, or a value that makes no sense.
    """
    if path is not None:
        return _read(Path(path))
    for name in _FILES:
        if Path(name).is_file():
            return _read(Path(name))
    return Config()


def _read(path: Path) -> Config:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), (error.strerror or str(error)).lower()) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"this is no TOML: {error}") from None
    table: object = content
    prefix = f"{path}: "
    if path.name == "pyproject.toml":
        tool = content.get("tool", {})
        table = tool.get("profkit", {}) if isinstance(tool, dict) else {}
        prefix += "tool.profkit."
    if not isinstance(table, dict):
        raise UsageError(f"{prefix[:-1]}: a table was expected")
    _known(table, ("budgets", "check"), prefix)
    check = table.get("check", {})
    if not isinstance(check, dict):
        raise UsageError(f"{prefix}check: a table was expected")
    _known(check, ("least", "drift"), f"{prefix}check.")
    return Config(
        budgets=parse_budgets(table.get("budgets", {}), f"{prefix}budgets"),
        least=_share(check, "least", prefix),
        drift=_share(check, "drift", prefix),
        file=str(path),
    )


def _known(table: dict[str, object], keys: tuple[str, ...], prefix: str) -> None:
    for key in table:
        if key not in keys:
            raise UsageError(f"{prefix}{key}: there is no such key, but {' and '.join(keys)}")


def _share(table: dict[str, object], key: str, prefix: str) -> float | None:
    if key not in table:
        return None
    share = parse_share(table[key])
    if share is None:
        raise UsageError(f"{prefix}check.{key}: {table[key]!r} is no share such as '1%'")
    return share


def parse_share(value: object) -> float | None:
    """Return ``0.01`` of ``"1%"``; None for what is no share from 0 to 100 %."""
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    share = float(found[1]) / 100 if found else None
    return share if share is not None and share <= 1 else None
