"""Flows that agents ran. `syntask upgrade` shows how workers run them."""

from syntask import flow  # was: from prefect import flow


@flow
def load_orders(source: str, limit: int = 100):
    """Load the orders of a shop."""
    print(f"{limit} orders from {source}")


@flow
def send_report(to: str = "team"):
    print(f"report sent to {to}")
