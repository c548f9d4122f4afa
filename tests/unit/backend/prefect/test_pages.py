"""Lists in pages: complete, each object once, while others create and delete; or a word that they do."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.pages import PAGE, Pages
from syntask_yaml.errors import BackendConflict, BackendUnreachable


@dataclass
class Shelf:
    """A list on a server, newest first; *meanwhile* is what others do before each page is taken."""

    ids: list[str]
    meanwhile: Callable[[Shelf], None] = lambda _: None
    pages: int = 0
    offsets: list[int] = field(default_factory=list)

    def read(self, offsets: Sequence[int]) -> list[list[Raw]]:
        return [self._page(offset) for offset in offsets]

    def _page(self, offset: int) -> list[Raw]:
        self.meanwhile(self)
        self.offsets.append(offset)
        return [{"id": each} for each in self.ids[offset : offset + PAGE]]

    def all(self, *, expected: int = 0) -> list[str]:
        return [raw["id"] for raw in Pages("url", "things", self.read).all(expected=expected)]


def ours(count: int) -> list[str]:
    return [f"ours-{number}" for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 392, 393, 1300])
@pytest.mark.parametrize("expected", [0, 500])
def test_a_list_at_rest_is_read_in_order(count: int, expected: int) -> None:
    """Whatever its length, and however long it was thought to be."""
    assert Shelf(ours(count)).all(expected=expected) == ours(count)


def test_each_page_is_asked_for_once() -> None:
    """As many at a time as there probably are: five hundred are three pages."""
    shelf = Shelf(ours(500))
    shelf.all(expected=500)
    assert shelf.offsets == [0, 192, 384]


@pytest.mark.parametrize("seed", range(12))
def test_what_was_there_all_the_time_is_read_once(seed: int) -> None:
    """While others create at the head, and delete what is theirs anywhere, many at a time."""
    chance = random.Random(seed)
    most = chance.choice([1, 5, 30])

    def write(shelf: Shelf) -> None:
        shelf.ids[:0] = [f"theirs-{chance.random()}" for _ in range(chance.randrange(most + 1))]
        theirs = [each for each in shelf.ids if each.startswith("theirs")]
        for each in chance.sample(theirs, min(len(theirs), chance.randrange(most + 1))):
            shelf.ids.remove(each)

    mixed = ours(1300) + [f"theirs-{number}" for number in range(400)]
    chance.shuffle(mixed)
    mine = [each for each in mixed if each.startswith("ours")]
    found = Shelf(list(mixed), write).all()

    assert len(found) == len(set(found))
    assert [each for each in found if each.startswith("ours")] == mine


def test_a_list_that_never_rests_is_a_conflict() -> None:
    """In place of a part of it: whoever reads it could take what is missing for deleted."""

    def renew(shelf: Shelf) -> None:
        shelf.ids = [f"{shelf.pages}-{number}" for number in range(1000)]
        shelf.pages += 1

    with pytest.raises(BackendConflict, match=r"The `things` of the server at .* changed"):
        Shelf([], renew).all(expected=1000)


def test_the_same_page_for_ever_is_no_api() -> None:
    """Whatever offset is asked for."""
    page: list[Raw] = [{"id": str(number)} for number in range(PAGE)]
    asked: list[int] = []

    def read(offsets: Sequence[int]) -> list[list[Raw]]:
        asked.extend(offsets)
        return [page for _ in offsets]

    with pytest.raises(BackendUnreachable, match="each page of its list of `things` is the same"):
        Pages("url", "things", read).all()
    assert len(asked) < 250


def test_full_pages_for_ever_are_no_api() -> None:
    """Also if each of them adjoins the one before and goes on with something new."""

    def read(offsets: Sequence[int]) -> list[list[Raw]]:
        return [[{"id": str(number)} for number in range(start, start + PAGE)] for start in offsets]

    with pytest.raises(BackendUnreachable, match="its list of `things` does not end"):
        Pages("url", "things", read).all()
