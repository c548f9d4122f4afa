"""Durations in words."""

from __future__ import annotations

from datetime import timedelta


def duration_text(duration: timedelta) -> str:
    """How long something took, in a few digits: `0.4 ms`, `17 ms`, `2.5 s`, `4 min 7 s`, `3 h 20 min`."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"
