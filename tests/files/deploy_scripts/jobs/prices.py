"""Prices."""

from prefect import flow


@flow
def update_prices(currency: str = "EUR"):
    """Update the prices."""
