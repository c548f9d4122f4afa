"""A flow that is cloned before it runs."""

from pathlib import Path

from syntask import flow


@flow(name="report")
def report(title: str) -> str:
    """Say where the code came from."""
    message = f"{title}: running in {Path.cwd().name}"
    print(message)
    return message
