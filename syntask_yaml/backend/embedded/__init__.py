"""The embedded backend: one SQLite file, for one machine."""

from syntask_yaml.backend.embedded.backend import EmbeddedBackend

__all__ = ["EmbeddedBackend"]
