"""Durations on the command line."""

from __future__ import annotations

import re

import click

from syntask_yaml.model.timing import parse_interval

_SHORT = re.compile(r"(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


class Duration(click.ParamType[float]):
    """Seconds from `10m`, `1h30m`, `90s`, `90`, or any text that an interval of a schedule can be."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip()
        if text and (match := _SHORT.fullmatch(text.lower())):
            return float(
                sum(int(number) * _SECONDS[unit] for unit, number in match.groupdict().items() if number)
            )
        try:
            return parse_interval(text)
        except ValueError:
            self.fail(f"`{value}` is not a duration, such as `90s` or `10m`.", param, ctx)
