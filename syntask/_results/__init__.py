"""Stored results, and their keys for later runs."""
