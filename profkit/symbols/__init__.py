"""Names for what a file leaves unnamed: packages from paths."""
