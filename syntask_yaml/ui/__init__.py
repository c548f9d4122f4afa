"""The web UI for a backend."""
