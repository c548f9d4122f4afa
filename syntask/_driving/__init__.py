"""Execution of the effects of a run: in a thread or an event loop, with timeouts and termination."""
