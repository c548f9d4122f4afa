"""Texts that went wrong somewhere: what a slip of the hand, a bad merge or a broken disk leaves."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import yaml

_PIECES = (
    *(
        "",
        ":",
        ": ",
        "- ",
        "-",
        "&a ",
        "*a",
        "*",
        "&",
        "<<: *a",
        "!!int ",
        "!x ",
        "|",
        ">",
        "'",
        '"',
        "#",
        "%",
        "@",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "{{",
        "}}",
        "{{ x }}",
        "{{ $X }}",
        "{{ x | f }}",
        "{{ 1 / 0 }}",
        "{{ '' }}",
        "\t",
        "\n",
    ),
    *(
        "null",
        "~",
        "true",
        "no",
        "1",
        "-1",
        "1e400",
        ".nan",
        "0x1F",
        "1:30",
        "2026-01-01",
        "=",
        "<<",
        "é",
        "\u2028",
    ),
    *("\0", "\r", "\ufeff", "x" * 500, "name", "deployments", "pull", "schedules", "---\n", "..."),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "{{ x }}", "{{ $X }}", "{{", "*", "0 6 * * *", "FREQ=DAILY"),
    *([], [None], [[]], ["x"], {}, {"x": None}, {"": {}}, {"name": []}, [{"cron": 5}], {"limit": "x"}),
)


def mutated(text: str, random: Random) -> str:
    """*text* with one to three things gone wrong."""
    for _ in range(random.randint(1, 3)):
        text = random.choice(_MUTATIONS)(text, random)
    return text


def _cut(text: str, random: Random) -> str:
    start, length = random.randint(0, len(text)), random.choice([1, 2, 10, 100, len(text)])
    return text[:start] + text[start + length :]


def _put(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(_PIECES) + text[at:]


def _doubled(text: str, random: Random) -> str:
    start, length = random.randint(0, len(text)), random.randint(1, 200)
    return text[: start + length] + text[start:]


def _lines_moved(text: str, random: Random) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        line = lines.pop(random.randrange(len(lines)))
        indent = random.choice(["", " ", "  ", "\t"])
        lines.insert(random.randint(0, len(lines)), indent + line.lstrip(" ") if indent else line)
    return "".join(lines)


def _value_changed(text: str, random: Random) -> str:
    """Some value is another one; the file is well formed again, and its comments are gone."""
    try:
        root = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, LookupError, OverflowError):
        return text
    places = list(_places(root))
    if places:
        container, key = random.choice(places)
        if random.random() < 0.2 and isinstance(container, dict):
            container[random.choice(["x", "Name", "", "schedule", "pull"])] = container.pop(key)
        else:
            container[key] = random.choice(_VALUES)
    try:
        return yaml.safe_dump(root, sort_keys=False)
    except (yaml.YAMLError, RecursionError):
        return text


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    open_, seen = [value], set()
    while open_:
        container = open_.pop()
        if id(container) in seen or not isinstance(container, (dict, list)):
            continue
        seen.add(id(container))
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        found += [(container, key) for key in keys]
        open_ += [container[key] for key in keys]
    return found


_MUTATIONS: tuple[Callable[[str, Random], str], ...] = (
    _cut,
    _put,
    _put,
    _doubled,
    _lines_moved,
    _value_changed,
    _value_changed,
)
