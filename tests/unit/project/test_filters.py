"""Words that select and leave out."""

from __future__ import annotations

from functools import partial

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.project.filters import Filters, Searchable
from syntask_yaml.project.select import Selectable

# Each has a name, a tag, a path and a pool.
ITEMS = {
    "load": ("daily", "teams/billing/load.py", "k8s"),
    "send": ("daily", "teams/billing/mail/send.py", "local"),
    "tag:odd": ("weekly", "flows.py", "local"),
}


def _facet(place: int, name: str) -> tuple[str, ...]:
    return (ITEMS[name][place],)


SEARCHABLE = Searchable(
    "The project",
    list(ITEMS),
    {kind: partial(_facet, place) for place, kind in enumerate(("tag", "path", "pool"))},
    lambda _patterns: [Selectable(name, ("etl",)) for name in ITEMS],
)


@pytest.mark.parametrize(
    ("names", "select", "exclude", "found"),
    [
        ("", "", "", "load send tag:odd"),
        ("", "tag:daily", "", "load send"),
        ("", "tag:daily tag:weekly", "", "load send tag:odd"),
        ("", "tag:daily pool:local", "", "send"),
        ("", "tag:weekly pool:k8s", "", ""),
        ("load", "send", "", "load send"),
        ("etl/*", "pool:local", "send", "tag:odd"),
        ("", "", "tag:daily", "tag:odd"),
        ("tag:odd", "", "", "tag:odd"),
        ("", "path:teams", "", "load send"),
        ("", "path:./teams/billing/", "", "load send"),
        ("", "path:teams/billing/*.py", "", "load"),
        ("", "path:teams/**/*.py", "", "load send"),
        ("", "path:**/s?nd.py", "", "send"),
        ("", "path:**", "", "load send tag:odd"),
        ("", "pool:l*", "", "send tag:odd"),
    ],
)
def test_what_words_leave(names: str, select: str, exclude: str, found: str) -> None:
    """Those of one kind add up, those of different kinds intersect, and exclusions are taken away."""
    filters = Filters(
        names=tuple(names.split()), select=tuple(select.split()), exclude=tuple(exclude.split())
    )

    assert SEARCHABLE.find(filters) == found.split()


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("tag:dialy", "Did you mean `daily`?"),
        ("path:teams/*.py", "There are `flows.py`, `teams/billing/load.py`, `teams/billing/mail/send.py`."),
        ("pools:local", "Available deployments: `etl/load`, `etl/send`, `etl/tag:odd`."),
    ],
)
def test_a_word_that_means_nothing_is_an_error(word: str, hint: str) -> None:
    for filters in (Filters(select=(word,)), Filters(exclude=(word,))):
        with pytest.raises(NotFound) as raised:
            SEARCHABLE.find(filters)
        assert raised.value.hint == hint
