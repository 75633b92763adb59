"""Results of many commits in one file: trends, and where they changed."""
