"""A flow with parameters of many types."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Literal
from uuid import UUID

from syntask import flow


class Colour(Enum):
    RED = "red"


@dataclass
class Window:
    start: date
    length: timedelta


@flow
def typed(
    count: int,
    ratio: float,
    name: str,
    when: datetime,
    day: date,
    colour: Colour,
    window: Window,
    place: Path,
    price: Decimal,
    id: UUID,
    tags: set[str],
    pair: tuple[int, Path],
    nested: dict[str, list[Colour]],
    maybe: int | None = None,
    mode: Literal["fast", "slow"] = "fast",
) -> None:
    for value in (count, ratio, name, when, day, colour, window, place, price, id, tags, pair, nested):
        print(repr(value))
    print(maybe, mode)
