from syntask import flow


@flow
def load() -> None:
    """Load the orders."""
