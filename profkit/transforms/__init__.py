"""Profile to profile."""
