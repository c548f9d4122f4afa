"""Parse and format durations."""

from __future__ import annotations

import re
from datetime import timedelta

from syntask_yaml.model.timing import parse_interval

_SHORT = re.compile(r"(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


def parse_duration(text: str) -> float:
    """Return the seconds of `10m`, `1h30m`, `2d`, `90s`, `90`, or of any interval of a schedule.

    Raises ValueError.
    """
    text = text.strip()
    if text and (match := _SHORT.fullmatch(text.lower())):
        return float(
            sum(int(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
        )
    return parse_interval(text)


def duration_text(duration: timedelta) -> str:
    """Return *duration* in a few digits: `0.4 ms`, `17 ms`, `2.5 s`, `4 min 7 s`, `3 h 20 min`."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"
