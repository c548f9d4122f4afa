def etl() -> None:
    """Load the orders."""
