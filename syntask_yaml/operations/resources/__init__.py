"""Prepare resources, compare them with a backend, and write them."""
