"""A file that does not get as far as its flow."""

from syntask import flow


@flow
def go(): ...


raise RuntimeError("broken while it is imported")
