from syntask import flow


@flow
def load(source: str, days: int = 1) -> None:
    """Load."""


@flow
def report(source: str = "x", limit: int = 5) -> None:
    """Report."""
