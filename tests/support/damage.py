"""Answers and documents that went wrong on their way, or come from somebody who means something else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

# In its place on the wire stands a value inside of many others.
_DEEP, _LEVELS = "nested deep", 400
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, -(10**400), 1e308, float("inf"), float("nan")),
    *(
        "",
        "x",
        "\ud800",
        "\0",
        "\x1b[2J",
        "é" * 300,
        "x" * 5000,
        "a/b",
        "{{ x }}",
        "{{",
        "no such thing",
        _DEEP,
    ),
    *("2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01"),
    *("SCHEDULED", "* * * * *", "FREQ=SECONDLY", "run-deployment", "2.20.1", "syntask_lease_x"),
    *([], [None], [[]], ["x"], [1, "x"], [{}], {}, {"x": None}, {"": {}}, {"name": 5}, {"id": "x"}),
)
_KEYS = ("x", "", "Name", "id", "name", "\ud800", "schedule", "cron", "interval", "rrule", "default")
_STATUS = (0, 100, 201, 204, 301, 307, 400, 401, 403, 404, 405, 409, 418, 422, 429, 500, 503, 599, 999)
_HEADERS: tuple[Mapping[str, str], ...] = (
    *({"content-type": kind} for kind in ("", "text/html", "application/json; charset=x", "application/x")),
    *({"date": date} for date in ("", "x", "Mon, 01 Jan 0001 00:00:00 +2359", "Mon, 1 Jan 9999999999 0:0:0")),
    *({"retry-after": wait} for wait in ("nan", "-inf", "1e999", "x", "Mon, 1 Jan 9999999999 0:0:0")),
    *({"location": place} for place in ("", "//", "http://[", "http://x:99999999", "\x80")),
    *({"content-encoding": name} for name in ("gzip", "deflate", "br", "x")),
    {"set-cookie": "=;;=; expires=x; domain=[; max-age=x"},
)


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer on the wire. A *status* of 0 is a connection that breaks."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def damaged_answer(answer: Any, random: Random) -> Sent:
    """The JSON *answer*, with something wrong about it, or about how it is sent."""
    sent = Sent(200, {"content-type": "application/json"}, to_bytes(answer))
    way = random.random()
    if way < 0.7:
        return replace(sent, content=to_bytes(damaged(answer, random)))
    if way < 0.8:
        return replace(sent, content=damaged_bytes(sent.content, random))
    body = random.choice(
        [answer, {"detail": random.choice(VALUES)}, {"exception_detail": random.choice(VALUES)}]
    )
    status = random.choice(_STATUS) if way < 0.95 or random.random() < 0.5 else 200
    return Sent(status, {**sent.headers, **random.choice(({}, *_HEADERS))}, to_bytes(body))


def damaged(document: Any, random: Random) -> Any:
    """A copy of the JSON *document*: one to three values are others, left out, or under other keys."""
    root = [deepcopy(document)]
    for _ in range(random.randint(1, 3)):
        container, key = random.choice(list(_places(root)))
        random.choice(_WAYS)(container, key, random)
        root = root or [None]
    return root[0]


def damaged_bytes(content: bytes, random: Random) -> bytes:
    """*content* with a part cut out, and other bytes in its place."""
    start, length = random.randint(0, len(content)), random.choice([0, 1, 10, len(content)])
    return content[:start] + random.choice(_BYTES) + content[start + length :]


_BYTES = (b"", b"\xff\xfe", b"\0", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"[" * 3000, b'{"x":' * 300, b"9" * 5000)


def to_bytes(document: Any) -> bytes:
    """*document* as JSON, with NaN and half characters where it has them."""
    deep = '[{"x":' * _LEVELS + "1" + "}]" * _LEVELS
    return json.dumps(document).replace(f'"{_DEEP}"', deep).encode()


def _change(container: Any, key: Any, random: Random) -> None:
    container[key] = deepcopy(random.choice(VALUES))


def _drop(container: Any, key: Any, random: Random) -> None:
    del container[key]


def _rename(container: Any, key: Any, random: Random) -> None:
    if isinstance(container, dict):
        container[random.choice(_KEYS)] = container.pop(key)


def _repeat(container: Any, key: Any, random: Random) -> None:
    if isinstance(container, list):
        container.insert(key, deepcopy(container[key]))
    else:
        container[random.choice(_KEYS)] = deepcopy(container[key])


_WAYS: tuple[Callable[[Any, Any, Random], None], ...] = (_change, _change, _change, _drop, _rename, _repeat)


def _places(root: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    left = [root]
    while left:
        container = left.pop()
        if isinstance(container, (dict, list)):
            keys = list(container) if isinstance(container, dict) else list(range(len(container)))
            found += [(container, key) for key in keys]
            left += [container[key] for key in keys]
    return found
