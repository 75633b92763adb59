"""Where bytes come from: a path or standard input, plain, gzip or zstandard."""

from profkit.source.opening import HEAD_SIZE, STDIN, Source, open_source

__all__ = ["HEAD_SIZE", "STDIN", "Source", "open_source"]
