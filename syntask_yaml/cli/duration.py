"""Durations on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from syntask_yaml.model.duration import parse_duration
from syntask_yaml.model.timing import parse_moment

# Tolerate the time that passes between typing and running a command.
_SLACK = timedelta(minutes=1)


class Duration(click.ParamType[float]):
    """Seconds from `10m`, `1h30m`, `2d`, `90s`, `90`, or any text that is a valid schedule interval."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return parse_duration(str(value))
        except ValueError:
            self.fail(f"`{value}` is not a duration, such as `90s` or `10m`.", param, ctx)


class Since(click.ParamType[datetime]):
    """A past time: a duration before now, such as `2h`, or a time in ISO 8601.

    A time without an offset is local, like the displayed times.
    """

    name = "since"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return "DURATION|TIME"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        try:
            return now - timedelta(seconds=Duration().convert(value, param, ctx))
        except (click.BadParameter, OverflowError):
            pass
        try:
            return parse_moment(value, is_local=True)
        except ValueError:
            self.fail(f"`{value}` is neither a duration such as `2h` nor a time in ISO 8601.", param, ctx)


class Coming(click.ParamType[datetime]):
    """A future time in ISO 8601; without an offset it is local, as for `Since`."""

    name = "time"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return "TIME"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = parse_moment(value, is_local=True)
        except ValueError:
            self.fail(f"`{value}` is not a time, such as `2026-03-02T18:30`.", param, ctx)
        if moment < datetime.now(UTC) - _SLACK:
            self.fail(f"`{value}` is in the past: {moment.isoformat(' ', 'seconds')}.", param, ctx)
        return moment
