"""Hostile texts end in an error early, and cost little."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from syntask_yaml.document.reader import Document
from syntask_yaml.model.value import MAX_DEPTH
from tests.unit.document.conftest import all_nodes, problems_of, read_text

MEGABYTE = 1_000_000


def chain(start: str, link: str, times: int) -> str:
    """Anchors of which each is made of the one before: *link* holds `{old}` for it."""
    lines = [f"a0: &a0 {start}"]
    lines += [
        f"a{number}: &a{number} {link.replace('{old}', f'*a{number - 1}')}" for number in range(1, times)
    ]
    return "\n".join(lines) + "\n"


def wide(kind: str, size: int) -> str:
    items = [f"k{number}: 1" if kind == "{}" else "x" for number in range(size)]
    return f"{kind[0]}{', '.join(items)}{kind[1]}"


BOMBS: dict[str, Callable[[], str]] = {
    "aliases": lambda: chain("[x]", "[{old}, {old}]", 60),
    "aliases in mappings": lambda: chain("{x: 1}", "{a: {old}, b: {old}, c: {old}}", 60),
    "aliases in flows": lambda: "a: &a [x]\n" + "b: &a [*a, *a, *a]\n" * 60,
    "merges of merges": lambda: chain(wide("{}", 50), "{<<: [{old}, {old}, {old}], x: 1}", 60),
    "one large anchor many times": lambda: f"a: &a {wide('[]', 5000)}\nb:\n" + "- *a\n" * 5000,
    "one large mapping merged many times": lambda: f"a: &a {wide('{}', 5000)}\nb:\n" + "- {<<: *a}\n" * 5000,
    "ten megabytes": lambda: chain("[x]", "[{old}, {old}]", 400_000)[: 10 * MEGABYTE],
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_out_of_proportion_is_an_error_at_once(bomb: str) -> None:
    """What stands for far more than it says ends where the limit is passed, and memory stays low."""
    text = BOMBS[bomb]()
    tracemalloc.start()
    document = read_text(text)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [problem.code for problem in document.diagnostics if problem.code[:3] == "too"] == [
        "too-many-aliases"
    ]
    assert not document.is_readable
    assert peak < 160 * MEGABYTE + 4 * len(text)


def test_reading_stops_where_the_limit_is_passed() -> None:
    """Of ten megabytes, no more is read than it takes to know."""
    document = read_text(BOMBS["ten megabytes"]())
    span = document.diagnostics[-1].span

    assert span is not None
    assert span.line < 30


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[[{a: ", "&a [", "!!seq ["])
def test_deep_nesting_is_an_error_and_no_crash(opening: str) -> None:
    """Ten thousand levels end at the hundredth."""
    found = problems_of(read_text(opening * 10_000))

    assert found[-1].split()[0] in ("too-deep", "key-not-text")


@pytest.mark.parametrize(
    ("start", "link"), [("[x]", "[{old}]"), ("{x: 1}", "{a: {old}}"), ("[x]", "{a: [{old}]}")]
)
def test_nesting_through_aliases_counts_too(start: str, link: str) -> None:
    """A level is a level, whether it was written or comes from an alias."""
    assert problems_of(read_text(chain(start, link, 200)))[0].startswith("too-deep")
    assert problems_of(read_text(chain(start, link, 40))) == []


def test_what_is_read_is_never_deeper_than_the_limit() -> None:
    """The limit is exact: the deepest document that is read has as many levels."""
    document = read_text(chain("[x]", "[{old}]", MAX_DEPTH - 1))

    assert problems_of(document) == []
    assert max(len(node.path) for node in all_nodes(document.root)) == MAX_DEPTH
    assert [p.code for p in read_text(chain("[x]", "[{old}]", MAX_DEPTH)).diagnostics] == ["too-deep"]


def test_long_chains_of_merges_are_not_deep() -> None:
    """A merge adds no level."""
    document = read_text(chain("{x: 1}", "{<<: {old}, y: 2}", 300))

    assert problems_of(document) == []
    assert document.root.value["a299"] == {"x": 1, "y": 2}


def test_thousands_of_uses_of_a_small_anchor_are_fine() -> None:
    """Ten thousand entries may share what they have in common."""
    shared = "base: &base {pool: a, env: &env {A: 1, B: 2, C: 3}, tags: [x, y]}\n"
    entries = "".join(f"- {{<<: *base, name: d{number}, more: *env}}\n" for number in range(10_000))
    document: Document = read_text(f"{shared}deployments:\n{entries}")

    assert problems_of(document) == []
    assert len(document.root.value["deployments"]) == 10_000
