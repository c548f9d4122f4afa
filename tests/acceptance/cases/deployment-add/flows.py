from syntask import flow


@flow
def load(source: str = "orders", limit: int = 100) -> None:
    """Load the rows of a source."""
