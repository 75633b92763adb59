"""What all tests share. Being here puts this folder on the path: ``from strategies import …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is found into tests/golden instead of comparing with it",
    )
