"""Declare every deployment of a repository in one file; see what would change; make it so."""

__version__ = "0.1.0"
