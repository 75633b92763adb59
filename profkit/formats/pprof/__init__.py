"""pprof's own format: a ``Profile`` message of ``profile.proto``, compressed with gzip."""
