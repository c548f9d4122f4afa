"""Every value knows where it was written, and where it is used."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings

from syntask_yaml.document.location import start_of
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import read_file
from syntask_yaml.source import Span
from tests.unit.document.conftest import all_nodes, read_text
from tests.unit.document.judge import composed, judged
from tests.unit.document.texts import merging_texts, texts


def place(node: Node | None) -> tuple[str, str, str | None]:
    """Where a node was written, where its key was, and where it is used, as `line:column text`."""
    assert node is not None
    used = node.used_span
    return shown(node.span), shown(node.key_span), None if used is None else shown(used)


def shown(span: Span) -> str:
    return f"{span.line}:{span.column} {span.text}"


def is_one_line(text: str, node: yaml.Node) -> bool:
    """Whether a scalar was written on one line, and not as a block."""
    written = text[node.start_mark.index : node.end_mark.index]
    return isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">") and "\n" not in written


@settings(max_examples=300)
@given(texts())
def test_random_value_begins_where_pyyaml_finds_it(text: str) -> None:
    """The place of each value is the judge's; what is marked of a scalar reads as the value alone."""
    root = read_text(text).root

    for path, judged_node in composed(text):
        node = root.at(path)
        assert path == node.path
        if node.used is None:
            assert judged_node.start_mark.index == start_of(node.location)
            if is_one_line(text, judged_node):
                assert judged_node.value == judged_text(node.span.text)


def judged_text(written: str) -> str:
    node = yaml.compose(written, Loader=yaml.SafeLoader)
    return "" if node is None else str(node.value)


@settings(max_examples=200)
@given(merging_texts())
def test_merged_value_begins_where_it_was_written(text: str) -> None:
    """What a merge key brings is marked in the mapping that holds it, and used where the merge key asks."""
    for node in all_nodes(read_text(text).root):
        if isinstance(node.value, dict):
            continue
        key = str(node.path[-1])
        assert key == node.key_span.text
        assert node.value == judged(node.span.text)
        line = int(str(node.path[0])[1:]) + 1
        if node.used_span is None:
            assert line == node.span.line
        else:
            assert line == node.used_span.line
            assert node.used_span.text in ("<<", *(f"*m{number}" for number in range(6)))


def test_every_place_of_a_corpus_file_reads_as_its_value(corpus_file: Path) -> None:
    """What is marked of each scalar on one line, and of each key, reads as what it means."""
    document = read_file(corpus_file)
    text = document.source.text
    for node in all_nodes(document.root):
        span = node.span
        if node.path and isinstance(node.path[-1], str) and "duplicate-key" not in str(document.diagnostics):
            assert node.path[-1] == judged_text(node.key_span.text)
        if isinstance(node.value, (str, int, float)) and text[span.start] not in "|>":
            written = span.text
            is_whole = "\n" not in str(node.value) and text[span.end : span.end + 1].strip(" ,}]\r\n") == ""
            if is_whole and written[:1] not in "'\"" and not str(node.value).startswith(written + " "):
                assert node.value == judged(written)


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("key: word", "word"),
        ("key: several words, and more", "several words, and more"),
        ("key: 0 10,12 * * 1-5 # early", "0 10,12 * * 1-5"),
        ("key: a]b}c", "a]b}c"),
        ("key: http://host:80/x#y", "http://host:80/x#y"),
        ("{key: a b, other: 1}", "a b"),
        ("{key: [a, b]}", "["),
        ("key: 'it''s'", "'it''s'"),
        (r'key: "a\"b, c"', r'"a\"b, c"'),
        ('key: "{{ x }}" # y', '"{{ x }}"'),
        ("key: é€😀 x", "é€😀 x"),
        ("key: 12.50", "12.50"),
        ("key: yes", "yes"),
        ("key: &anchor value", "value"),
        ("key: !!str 5", "5"),
        ("key: &anchor !!str 5", "5"),
        ("key:", ""),
        ("key: # nothing", ""),
        ("key: ~", "~"),
        ("key:\n  - a", "-"),
        ("key:\n  inner: a", "inner"),
        ("key: {inner: a}", "{"),
        ("key: |\n  a\n  b", "|"),
        ("key: >-\n  a\n  b", ">-"),
        ("key: first line\n  second line", "first line"),
        ("key: 'first line\n  second line'", "'first line"),
        ("key: tab\there", "tab\there"),
        ("key: a\r\nb: 1\r\n", "a"),
    ],
)
def test_marked_text_of_a_value(written: str, marked: str) -> None:
    """What is underlined is the value as it was written, as far as it stands on its first line."""
    node = read_text(written).root.get("key")

    assert node is not None
    assert marked == node.span.text


@pytest.mark.parametrize(
    ("written", "key", "marked"),
    [
        ("a b: 1", "a b", "1:1 a b"),
        ("x: 1\n'a: b': 1", "a: b", "2:1 'a: b'"),
        ("? a\n: 1", "a", "1:3 a"),
        ("&anchor a: 1", "a", "1:9 a"),
        ("- - é: 1", "é", "1:5 é"),
        ("\ufeffa: 1", "a", "1:1 a"),
        ("x: 1\r\ny: 2\r\nz: 3", "z", "3:1 z"),
    ],
)
def test_marked_text_of_a_key(written: str, key: str, marked: str) -> None:
    """Keys are marked whole, in every form."""
    found = [node for node in all_nodes(read_text(written).root) if node.path[-1:] == (key,)]

    assert [marked] == [f"{node.key_span.line}:{node.key_span.column} {node.key_span.text}" for node in found]


ALIASES = dedent(
    """\
    base: &base
      image: python
      env: &env {LEVEL: info, REGION: eu}
    more: &more {image: other, cpu: 2}
    steps: &steps
      - run: x
    plain: &plain word
    first:
      <<: *base
      cpu: 1
    second:
      <<: [*more, *base]
    third:
      <<: *base
      env:
        <<: *env
        LEVEL: debug
    fourth: *steps
    fifth: *plain
    sixth: {<<: {image: inline}, own: 1}
    seventh: {<<: *more, image: mine}
    """
)


@pytest.mark.parametrize(
    ("path", "value", "key", "used"),
    [
        (("base", "image"), "2:10 python", "2:3 image", None),
        (("first",), "9:3 <<", "8:1 first", None),
        (("first", "image"), "2:10 python", "2:3 image", "9:7 *base"),
        (("first", "env"), "3:13 {", "3:3 env", "9:7 *base"),
        (("first", "env", "REGION"), "3:35 eu", "3:27 REGION", "9:7 *base"),
        (("first", "cpu"), "10:8 1", "10:3 cpu", None),
        (("second", "image"), "4:21 other", "4:14 image", "12:8 *more"),
        (("second", "env"), "3:13 {", "3:3 env", "12:15 *base"),
        (("third", "env", "REGION"), "3:35 eu", "3:27 REGION", "16:9 *env"),
        (("third", "env", "LEVEL"), "17:12 debug", "17:5 LEVEL", None),
        (("fourth",), "6:3 -", "18:1 fourth", "18:9 *steps"),
        (("fourth", 0, "run"), "6:10 x", "6:5 run", "18:9 *steps"),
        (("fifth",), "7:15 word", "19:1 fifth", "19:8 *plain"),
        (("sixth", "image"), "20:21 inline", "20:14 image", "20:9 <<"),
        (("sixth", "own"), "20:35 1", "20:30 own", None),
        (("seventh", "image"), "21:29 mine", "21:22 image", None),
        (("seventh", "cpu"), "4:33 2", "4:28 cpu", "21:15 *more"),
    ],
)
def test_place_through_aliases_and_merges(
    path: tuple[str | int, ...], value: str, key: str, used: str | None
) -> None:
    """A borrowed value is where it was written, and is used where the alias or merge key stands."""
    assert (value, key, used) == place(read_text(ALIASES).root.at(path))


@pytest.mark.parametrize(
    ("written", "part", "marked"),
    [
        ("key: a {{ x }} b", "{{ x }}", "1:8"),
        ("key: 'a {{ x }} b'", "{{ x }}", "1:9"),
        ('key: "a {{ x }} b"', "{{ x }}", "1:9"),
        ("key: |\n  one\n  {{ x }}\n", "{{ x }}", "3:3"),
        ("key: >\n  {{ x\n  }}\n", "{{ x }}", "2:3"),
        ("key: 'a {{ x\n  }} b'", "{{ x }}", "1:9"),
        ('key: "\\x7b{ x }}"\nz: "{{ x }}"', "{{ x }}", "1:6"),
        ("key: &a 'b {{ x }}'", "{{ x }}", "1:12"),
        ("z: '{{ x }}'\nkey: '{{ x }}'", "{{ x }}", "2:7"),
    ],
)
def test_part_of_a_scalar(written: str, part: str, marked: str) -> None:
    """A placeholder is found inside of its scalar; where escapes hide it, the scalar is marked."""
    node = read_text(written).root.get("key")

    assert node is not None
    assert marked == f"{node.part(part).line}:{node.part(part).column}"
