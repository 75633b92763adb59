"""Profile to profile: what a user asks to see of it."""
