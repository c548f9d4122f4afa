"""What flow code asks of the backend: blocks, variables, slots of concurrency limits."""
