"""How the steps of a run are done: in a thread or an event loop, in time, and until it is asked to end."""
