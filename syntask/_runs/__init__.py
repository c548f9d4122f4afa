"""What is known of a run: its name and state, what it is part of, its logger, and who follows it."""
