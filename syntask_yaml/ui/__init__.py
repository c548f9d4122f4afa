"""Pages in a browser: what a backend has, and what can be done with it."""
