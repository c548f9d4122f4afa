"""What runs pass to each other: futures, and the results in their parameters."""
