"""Recording what tests cost, and comparing it with a stored baseline: the plug-in for pytest."""
