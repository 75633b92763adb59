"""Did it get better or worse: statistics, budgets, verdict."""
