"""profkit: CPU profiles in one call tree."""
