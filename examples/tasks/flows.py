"""The orders of a day: fetched with retries, priced side by side, and priced once a day for each amount."""

from datetime import timedelta

from syntask import flow, get_run_logger, task
from syntask.cache_policies import INPUTS, TASK_SOURCE
from syntask.runtime import task_run

SHOPS = {"north": [12, 30], "south": [7], "west": []}


@task(retries=2, retry_delay_seconds=0.1, task_run_name="fetch-{shop}")
def fetch(shop: str) -> list[int]:
    """Fails the first time, as networks do."""
    if task_run.run_count == 1:
        raise ConnectionError(f"{shop} did not answer")
    return SHOPS[shop]


@task(cache_policy=INPUTS + TASK_SOURCE, cache_expiration=timedelta(days=1))
def price(amount: int, factor: int) -> int:
    return amount * factor


@task
def add(prices: list[int]) -> int:
    return sum(prices)


@flow
def shop_total(shop: str) -> int:
    """A subflow: what one shop sold."""
    prices = price.map(fetch(shop), 10)
    return add(prices)


@flow(log_prints=True)
def daily_orders(shops: list[str] = ["north", "south", "west"]) -> int:  # noqa: B006
    """Adds up what the shops sold."""
    totals = {shop: shop_total(shop) for shop in shops}
    get_run_logger().info("By shop: %s", totals)
    print(f"In all: {sum(totals.values())}")
    return sum(totals.values())


if __name__ == "__main__":
    daily_orders()
