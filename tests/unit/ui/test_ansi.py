"""Lines of a log as HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.ui.ansi import to_html, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\x1b[31mred\x1b[0m plain", '<span class="ansi-red">red</span> plain'),
        (
            "\x1b[1;92mboth\x1b[39mbold",
            '<span class="ansi-bold ansi-green">both</span><span class="ansi-bold">bold</span>',
        ),
        ("\x1b[38;5;196mown color", "own color"),
        ('\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07 "', "link &#34;"),
        ("\x1b[2Jgone", "gone"),
        ("a\u202eb\x00", "a\\u202eb\\x00"),
        ("\x1b[" + "9" * 5000 + "m", ""),
    ],
)
def test_colors_become_classes_and_all_else_is_escaped(text: str, expected: str) -> None:
    assert to_html(text) == expected


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  (the signature of the parser)
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.sampled_from("\x1b[;m0131<>&\"'ab\n\u202e")))
def test_no_line_makes_an_element_of_its_own(text: str) -> None:
    parser = _Texts()
    parser.feed(f"{to_html(text)}\n")

    assert parser.tags <= {"span"}
    assert visible(parser.text) == parser.text
