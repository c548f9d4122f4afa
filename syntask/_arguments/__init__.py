"""Arguments of runs: futures, and results in parameters."""
