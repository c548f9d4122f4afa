"""How many calls are under way at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import pytest

from syntask_yaml.backend.prefect.concurrency import AdaptiveLimit


class Meter:
    """Counts how many are under way."""

    def __init__(self, then: Callable[[int], None] = lambda _item: None) -> None:
        self._lock, self._then = Lock(), then
        self.now = 0
        self.most: list[int] = []

    def __call__(self, item: int) -> int:
        with self._lock:
            self.now += 1
            self.most.append(self.now)
        self._then(item)
        with self._lock:
            self.now -= 1
        return -item


@pytest.mark.parametrize("most", [1, 2, 8])
@pytest.mark.parametrize("count", [0, 1, 300])
def test_what_comes_out_is_in_order(most: int, count: int) -> None:
    """Whoever is done first."""
    meter = Meter()

    assert list(AdaptiveLimit().in_order(meter, range(count), most=most)) == [-item for item in range(count)]
    assert max(meter.most, default=0) <= most


def test_it_begins_with_one_and_grows_while_it_goes_well() -> None:
    """Up to what is allowed."""
    limit, found = AdaptiveLimit(), []
    list(limit.in_order(lambda _item: found.append(limit.limit), range(200), most=4))

    assert found[0] == 1
    assert limit.limit == 4


def test_a_busy_server_halves_it_and_makes_it_wait_longer_before_the_next_try() -> None:
    """Down to one."""
    limit = AdaptiveLimit()
    list(limit.in_order(lambda _item: None, range(100), most=8))
    found = [limit.limit]
    for _ in range(4):
        limit.decrease()
        found.append(limit.limit)
    assert found == [8, 4, 2, 1, 1]

    list(limit.in_order(lambda _item: None, range(300), most=8))
    assert limit.limit == 1


def test_a_server_that_never_takes_two_is_seldom_asked_to() -> None:
    """In five hundred calls, a handful."""
    limit, refused = AdaptiveLimit(), []

    def refuse(item: int) -> None:
        if limit.limit > 1:
            refused.append(item)
            limit.decrease()

    list(limit.in_order(refuse, range(500), most=8))
    assert 1 <= len(refused) < 20
