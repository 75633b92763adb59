"""Lines of the source as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field, structs

from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import MeasuredRecord, Record, begin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.symbols.source_text import SourceText
    from profkit.views.lines import Lines

__all__ = ["LinesRecord"]


class Line(Record, frozen=True, kw_only=True):
    """A line that ran."""

    line: int
    """Its number, from 1 on."""
    self_value: int = field(name="self")
    """What was spent on it itself."""
    charged: int
    """The same, with what the runtime did for it."""
    total: int
    """What was spent on it and in what it called; recursion counts once."""
    text: str | None
    """Its text; null where that was not found."""


class FileLine(Line, frozen=True, kw_only=True):
    """A line that ran, and its file."""

    file: str
    """Its file's path, as the recording names it."""


class SourceFile(Record, frozen=True, kw_only=True):
    """A file, and its lines that ran."""

    file: str
    """Its path, as the recording names it."""
    self_value: int = field(name="self")
    """What was spent in it itself."""
    charged: int
    """The same, with what the runtime did for it."""
    total: int
    """What was spent in it and in what it called."""
    unplaced: int
    """The part of self of which the recording does not tell the line."""
    origin: str | None
    """Where the text was read from; null where the recording had it, or there is none."""
    is_newer: bool
    """Whether that file was changed after the recording."""
    lines: list[Line]
    """In the order of the file."""


class LinesOmitted(Record, frozen=True, kw_only=True):
    """What is left out."""

    files: int
    """How many files are missing."""
    self_value: int = field(name="self")
    """What they took themselves, together."""
    elsewhere: int
    """What was spent in code without a file, and in shared libraries."""


class LinesRecord(MeasuredRecord, tag="lines", frozen=True, kw_only=True):
    """Files and their lines."""

    files: list[SourceFile]
    """The greatest self value first."""
    omitted: LinesOmitted
    """What is left out."""

    def table(self) -> Rows:
        """Return the lines of all files."""
        rows = [
            FileLine(file=file.file, **structs.asdict(line))
            for file in self.files
            for line in file.lines
        ]
        return rows_with_unit(rows, FileLine, self.value_type)

    @classmethod
    def of(
        cls, profile: Profile, view: Lines, texts: Mapping[str, SourceText | None]
    ) -> LinesRecord:
        """Return the record of lines; ``texts`` are those of the files, where there are any."""
        return cls(
            **begin(profile, view.options.value_type),
            total=view.total,
            files=[
                _file(profile, view, row, texts.get(profile.strings[number]))
                for row, number in enumerate(view.file.tolist())
            ],
            omitted=LinesOmitted(
                files=view.files - len(view.file),
                self_value=view.self_below,
                elsewhere=view.elsewhere,
            ),
        )


def _file(profile: Profile, view: Lines, row: int, text: SourceText | None) -> SourceFile:
    texts = dict(enumerate(text.lines, 1)) if text else {}
    return SourceFile(
        file=profile.strings[view.file[row]],
        self_value=int(view.file_self[row]),
        charged=int(view.file_charged[row]),
        total=int(view.file_total[row]),
        unplaced=int(view.unplaced[row]),
        origin=(text.origin or None) if text else None,
        is_newer=bool(text and text.is_newer),
        lines=[
            Line(
                line=line,
                self_value=int(view.self_values[n]),
                charged=int(view.charged_values[n]),
                total=int(view.total_values[n]),
                text=texts.get(line),
            )
            for n, line in enumerate(view.line.tolist())
            if view.row[n] == row
        ],
    )
