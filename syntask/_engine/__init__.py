"""The life of a run, from the call of a flow or task to its final state."""
