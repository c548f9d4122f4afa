"""Durations as people write them."""

from __future__ import annotations

import re

from syntask_yaml.model.timing import parse_interval

_SHORT = re.compile(r"(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


def parse_duration(text: str) -> float:
    """Seconds from `10m`, `1h30m`, `2d`, `90s`, `90`, or any text that an interval of a schedule can be.

    Raises ValueError.
    """
    text = text.strip()
    if text and (match := _SHORT.fullmatch(text.lower())):
        return float(
            sum(int(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
        )
    return parse_interval(text)
