"""The last and next run as columns of a table."""

from __future__ import annotations

from syntask_yaml.cli.views.children import took_text
from syntask_yaml.cli.views.output import when
from syntask_yaml.model.activity import Activity

COLUMNS = ("Next run", "Last run", "State", "Took")


def cells(activity: Activity) -> tuple[str, ...]:
    """Return the cells of the columns."""
    last = activity.last
    begun = (when(last.scheduled), last.state.name, took_text(last)) if last else ("", "", "")
    return (when(activity.next), *begun)
