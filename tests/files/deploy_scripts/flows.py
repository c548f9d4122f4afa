"""The flows of a shop."""

from prefect import flow


@flow
def load_orders(source: str = "shop", limit: int = 1):
    """Load the orders."""


@flow(name="Count stock")
def count_stock(shops: list = ()):
    """Count what is there."""
