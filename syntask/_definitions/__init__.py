"""Flows and tasks: the objects that `@flow` and `@task` create from functions."""
