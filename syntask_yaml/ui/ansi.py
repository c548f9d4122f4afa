"""Convert log lines to HTML: terminal colors become classes, everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_COLOR = re.compile(r"\x1b\[([0-9;]{0,32})m")
# Other terminal sequences, which are removed.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
# Invisible characters, and those that change the direction of text.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_CLASSES = {
    1: "bold",
    2: "faint",
    3: "italic",
    4: "underlined",
    **{30 + number: name for number, name in enumerate(_NAMES)},
    **{90 + number: name for number, name in enumerate(_NAMES)},
}
_ENDS = {22: {"bold", "faint"}, 23: {"italic"}, 24: {"underlined"}, 39: set(_NAMES)}


def to_html(text: str) -> Markup:
    """Return *text* as HTML without active content."""
    return Markup("").join(_parts(text))


def visible(text: str) -> str:
    """Return *text* with invisible characters escaped."""
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def _parts(text: str) -> Iterator[Markup]:
    classes: set[str] = set()
    # The pattern has one group, so texts and codes alternate.
    for number, part in enumerate(_COLOR.split(text)):
        if number % 2:
            classes = _after(classes, part)
        elif plain := visible(_SEQUENCE.sub("", part)):
            yield _span(plain, classes)


def _span(text: str, classes: set[str]) -> Markup:
    if not classes:
        return escape(text)
    names = " ".join(f"ansi-{name}" for name in sorted(classes))
    return Markup('<span class="{}">{}</span>').format(names, text)


def _after(classes: set[str], codes: str) -> set[str]:
    """Return the classes after the *codes* of a sequence."""
    for code in (int(each or 0) for each in codes.split(";")):
        if code == 0:
            classes = set()
        elif code in (38, 48):  # a custom color, whose numbers follow
            return classes
        elif code in _ENDS:
            classes = classes - _ENDS[code]
        elif name := _CLASSES.get(code):
            classes = (classes - set(_NAMES) if name in _NAMES else classes) | {name}
    return classes
