"""The JSON Schema of a view's record, with what the record's source says of each member."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import fields

from profkit.render.records import RECORDS, record_type
from profkit.render.records.shared import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SCHEMAS", "VIEWS", "schema_of", "schema_text"]

VIEWS = tuple(known.view for known in RECORDS)

SCHEMAS = Path(__file__).parents[1] / "docs" / "reference" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text(view: str) -> str:
    """Return the content of ``docs/reference/schemas/VIEW.schema.json``."""
    return json.dumps(schema_of(view), indent=2) + "\n"


def schema_of(view: str) -> dict:
    """Return the schema: a member that may be missing is not required, and all are described."""
    record = record_type(view)
    made = msgspec.json.schema(record)
    version = record.__struct_defaults__[0]
    for kind in _kinds(Record):
        if kind.__name__ in made["$defs"]:
            _describe(made["$defs"][kind.__name__], kind)
    made["$defs"][record.__name__]["properties"]["view"]["description"] = "Which view this is."
    return {
        "$schema": DIALECT,
        "$id": f"urn:profkit:{view}:{version}",
        "title": f"profkit {view} --json",
        **made,
    }


def _kinds(kind: type[Record]) -> Iterator[type[Record]]:
    """Yield all kinds of record there are."""
    for sub in kind.__subclasses__():
        yield sub
        yield from _kinds(sub)


def _describe(schema: dict, kind: type[Record]) -> None:
    said = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, Record):
            said |= _docstrings(base)
    for member in fields(kind):
        entry = schema["properties"][member.encode_name]
        entry.pop("default", None)  # nobody leaves it out
        entry["description"] = said[member.name]
    tag = [kind.__struct_config__.tag_field] if kind.__struct_config__.tag else []
    schema["required"] = tag + [
        member.encode_name for member in fields(kind) if member.default is not msgspec.UNSET
    ]


def _docstrings(kind: type[Record]) -> dict[str, str]:
    """Return what stands below each member of a class in its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0].body
    return {
        member.target.id: inspect.cleandoc(text.value.value)
        for member, text in pairwise(body)
        if isinstance(member, ast.AnnAssign)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
