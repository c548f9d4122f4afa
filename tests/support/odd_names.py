"""Names that somebody gives, by mistake or on purpose."""

from __future__ import annotations

from random import Random

_PIECES = (
    *("d0", "etl", "etl/d0", "monthly report", "region", "local", "a", "-", "--", "-n", "=", ":", ",", "."),
    *("/", "//", "..", "../../x", "/etc/passwd", "~", "\\", "C:\\x", "flows.py:etl", "file:///x", "%2F", "%"),
    *(
        "*",
        "?",
        "[",
        "]",
        "[!",
        "[a-",
        "**",
        "{",
        "}",
        "{{",
        "{{ x }}",
        "{{ 1 / 0 }}",
        "$X",
        "`id`",
        "'",
        '"',
    ),
    *("\n", "\r", "\t", "\x01", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\u200b"),
    *(
        "\udcff",
        "\udce9",
        "é",
        "e\u0301",
        "ß",
        "İ",
        "漢",
        "🦀",
        "¹",
        "٣",
        "null",
        "true",
        "1",
        "1e999",
        "NaN",
    ),
    *(
        "x" * 300,
        "é" * 200,
        "[" * 2000,
        "x" * 100_000,
        "0" * 5000,
        '{"a":' * 300,
        '{"a": 1}',
        "[1]",
        "syntask_lease_x",
    ),
    *(
        "a=1",
        "env.A=b",
        "a.b.c=",
        "[0]=1",
        "=x",
        "tags=x",
        "schedules.0.cron=x",
        "work_pool=",
        "@x",
        "#",
        "&",
        "!",
    ),
)


def odd_name(random: Random) -> str:
    """A name of some pieces, none of which is NUL: a command line has none either."""
    return "".join(random.choices(_PIECES, k=random.choice([0, 1, 1, 1, 2, 2, 3, 4])))
