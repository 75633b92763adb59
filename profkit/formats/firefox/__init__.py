"""The Firefox Profiler's processed profile format, as JSON."""
