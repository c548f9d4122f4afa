"""How a run goes, from the call of a flow or task to its final state."""
