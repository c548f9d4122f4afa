"""What is wrong with a text, to the column."""

from __future__ import annotations

import pytest

from tests.unit.document.conftest import problems_of, read_text

PROBLEMS = {
    # Two things at once
    "duplicate key": ("a: 1\nb: 2\na: 3\n", ["duplicate-key 3:1 a"]),
    "duplicate key in another spelling": ("a: 1\n'a': 2\n", ["duplicate-key 2:1 'a'"]),
    "duplicate key inside of a list": ("- {x: 1, x: 2}\n", ["duplicate-key 1:10 x"]),
    "two merge keys": ("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", ["duplicate-key 2:13 <<"]),
    "several documents": ("a: 1\n---\nb: 1\n", ["several-documents 2:1 ---"]),
    # Aliases
    "undefined alias": ("steps: &steps []\na: *step\n", ["undefined-alias 2:4 *step"]),
    "cron line without quotes": ("cron: * * * * *\n", ["invalid-yaml 1:8"]),
    "alias inside of its own anchor": ("a: &a [1, *a]\n", ["undefined-alias 1:11 *a"]),
    "merge of its own anchor": ("a: &a\n  <<: *a\n", ["undefined-alias 2:7 *a"]),
    "merge of an undefined alias": ("a: {<<: *b}\n", ["undefined-alias 1:9 *b"]),
    "merge of a number": ("a: {<<: 5}\n", ["merge-not-mapping 1:5 <<"]),
    "merge of a list with a text": ("a: &a {x: 1}\nb: {<<: [*a, x]}\n", ["merge-not-mapping 2:5 <<"]),
    "merge of a list in a list": ("a: &a {x: 1}\nb: {<<: [[*a]]}\n", ["merge-not-mapping 2:5 <<"]),
    # Keys
    "number as key": ("1: a\n", ["key-not-text 1:1 1"]),
    "decimal as key": ("1.5: a\n", ["key-not-text 1:1 1.5"]),
    "truth as key": ("on: a\n", ["key-not-text 1:1 on"]),
    "null as key": ("~: a\n", ["key-not-text 1:1 ~"]),
    "alias of a number as key": ("a: &a 5\n*a : 1\n", ["key-not-text 2:1 *a"]),
    "list as key": ("? [a]\n: 1\n", ["key-not-text 1:3 ["]),
    "alias of a list as key": ("a: &a [1]\n*a : 1\n", ["key-not-text 2:1 *a"]),
    "mapping as key": ("? {a: 1}\n: 1\n", ["key-not-text 1:3 {"]),
    "template without quotes": ("a: {{ x }}\n", ["key-not-text 1:5 {"]),
    # Tags
    "tag of Python": ("a: !!python/object/apply:os.system ['true']\n", [
        "unsupported-tag 1:4 !!python/object/apply:os.system"
    ]),
    "tag of a key": ("!!python/name:os.x a: 1\n", ["unsupported-tag 1:1 !!python/name:os.x"]),
    "tag of the project": ("a: !include x.yaml\n", ["unsupported-tag 1:4 !include"]),
    "tag behind an anchor": ("a: &b !c d\n", ["unsupported-tag 1:7 !c"]),
    "tag of a mapping on a text": ("a: !!map x\n", ["unsupported-tag 1:4 !!map"]),
    "tag of a list on a mapping": ("a: !!seq {}\n", ["unsupported-tag 1:4 !!seq"]),
    "binary": ("a: !!binary aGk=\n", ["unsupported-tag 1:4 !!binary"]),
    "set": ("a: !!set {x}\n", ["unsupported-tag 1:4 !!set"]),
    # Numbers
    "infinite number": ("a: .inf\nb: -.INF\n", ["wrong-value 1:4 .inf", "wrong-value 2:4 -.INF"]),
    "no number": ("a: .nan\n", ["wrong-value 1:4 .nan"]),
    "too large a number": ("a: 1.0e+400\n", ["wrong-value 1:4 1.0e+400"]),
    "binary number without digits": ("a: 0b_\n", ["wrong-type 1:4 0b_"]),
    "tagged text that is no number": ("a: !!int x\n", ["wrong-type 1:10 x"]),
    "tagged empty text": ("a: !!int ''\nb: !!float '_'\n", ["wrong-type 1:10 ''", "wrong-type 2:12 '_'"]),
    "tagged text that is no truth": ("a: !!bool maybe\n", ["wrong-type 1:11 maybe"]),
    "hours without end": (f"a: 1{':00' * 300}.5\n", [f"wrong-type 1:4 1{':00' * 300}.5"]),
    "huge number": (f"a: 0x{'f' * 5000}\n", [f"wrong-type 1:4 0x{'f' * 5000}"]),
    # No YAML
    "tab as indentation": ("a:\n\tb: 1\n", ["invalid-yaml 2:1 \t".rstrip()]),
    "tab after a good line": ("x: 1\ny:\n  a: 1\n\tb: 2\n", ["invalid-yaml 4:1"]),
    "colon in a text": ("a: b: c\n", ["invalid-yaml 1:5 :"]),
    "quote that never ends": ('a: 1\nb: "x\n', ['invalid-yaml 2:4 "']),
    "bracket that never ends": ("a: 1\nb: [1, 2\n", ["invalid-yaml 2:4 ["]),
    "bracket that is closed by another one": ("a: 1\nb: {c: [1, 2}\n", ["invalid-yaml 2:8 ["]),
    "list behind a key": ("a: - b\n", ["invalid-yaml 1:4 -"]),
    "text behind a bar": ("a: | b\n", ["invalid-yaml 1:6 b"]),
    "nothing between commas": ("a: [1,,2]\n", ["invalid-yaml 1:7 ,"]),
    "half of an escape": (r'a: "\x4"', ["invalid-yaml 1:7 4"]),
    "wrong indentation": ("a:\n   b: 1\n  c: 2\n", ["invalid-yaml 3:3 c"]),
    "reserved character": ("a: @b\n", ["invalid-yaml 1:4 @"]),
    "docstring": ('"""Title"""\na: 1\n', ["invalid-yaml 1:3 \""]),
    "unknown escape": (r'a: "\d"', ["invalid-yaml 1:5 \\"]),
    "unknown directive": ("%FOO\n---\na: 1\n", ["invalid-yaml 1:5"]),
    "second root": ("a: 1\n...\nb: 1\n", ["invalid-yaml 3:1 b"]),
    "half of a file": ("deployments:\n  - name: a\n    entryp", ["invalid-yaml 3:11"]),
    # No text
    "NUL": ("a: x\0y\n", ["unreadable-file 1:5"]),
    "control character behind others": ("é€😀: \x01\n", ["unreadable-file 1:6"]),
    "control character on a later line": ("a: é\r\nb: é\x07\n", ["unreadable-file 2:5"]),
    "half of a surrogate pair": ("a: 1\nb: \ud800\n", ["unreadable-file 2:4"]),
    # Nesting
    "lists without end": ("[" * 1_000, ["too-deep 1:101 ["]),
    "mappings without end": ("{a: " * 1_000, ["too-deep 1:401 {"]),
    "several at once": ("a: 1\na: 2\n3: *x\nb: !c d\ne: .inf\n", [
        "duplicate-key 2:1 a",
        "key-not-text 3:1 3",
        "undefined-alias 3:4 *x",
        "unsupported-tag 4:4 !c",
        "wrong-value 5:4 .inf",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_problem_of_a_text(case: str) -> None:
    """Each mistake is found once, where it stands."""
    text, expected = PROBLEMS[case]
    found = [problem.strip("\x00\x01\x07\ud800\t ") for problem in problems_of(read_text(text))]

    assert expected == found


@pytest.mark.parametrize("case", PROBLEMS)
def test_problem_says_why_and_what_to_do(case: str) -> None:
    """A problem has a sentence that ends, and there is a hint or it says what was expected."""
    for problem in read_text(PROBLEMS[case][0]).diagnostics:
        assert problem.detail[-1] in ".:"
        assert len(problem.detail) < 300
        assert problem.hint or problem.code not in ("invalid-yaml", "wrong-value", "key-not-text")


def test_tag_builds_nothing() -> None:
    """The value under a tag that is refused is the plain text or list that was written."""
    document = read_text("a: !!python/object/apply:os.abort []\nb: !!python/name:os.abort x\n")

    assert document.root.value == {"a": [], "b": "x"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: &base {}\nb: *bas\n", "Did you mean `base`?"),
        ("cron: * * * * *\n", "Quote values that start with `*` or `&`, such as cron expressions."),
        ("a: *x\n", "If the `*` is part of the text, quote the value."),
        ("5: a\n", 'Write `"5"`.'),
        ("a: {{ x }}\n", "Quote the whole value. Templates (`{{ … }}`) require quotes."),
        (
            "a:\n\tb: 1\n",
            "Indent with spaces, not tabs. Quote values that start with `@`, `%` or a backtick.",
        ),
        ("a: b: c\n", "Quote values that contain `: `, and indent all keys of a mapping equally."),
        ("a: 'x\n", "Close the quote or bracket that is opened here."),
    ],
)  # fmt: skip
def test_hint_of_a_text(text: str, hint: str) -> None:
    """The hint names the nearest anchor, or what was most likely meant."""
    assert [hint] == [problem.hint for problem in read_text(text).diagnostics]


def test_reading_goes_on_after_what_can_be_passed_over() -> None:
    """Duplicate keys and undefined aliases leave the rest of the tree there."""
    document = read_text("a: *x\nb: 1\nb: 2\nc: [3]\n")

    assert document.is_readable
    assert document.root.value == {"a": None, "b": 2, "c": [3]}


def test_reading_ends_where_there_is_no_telling() -> None:
    """A text that is no YAML has no tree at all."""
    document = read_text("a: 1\nb: [")

    assert not document.is_readable
    assert document.root.value is None
