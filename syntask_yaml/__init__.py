"""Declare every deployment of a repository in one file, plan the changes, deploy them."""

__version__ = "0.1.0"
