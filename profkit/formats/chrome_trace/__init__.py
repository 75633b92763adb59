"""Chrome's trace event format with V8's CPU samples in it."""
