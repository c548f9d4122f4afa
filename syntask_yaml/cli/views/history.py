"""The deploy history as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import print_table, when
from syntask_yaml.model.deploy_record import NOT_FINISHED, DeployRecord

_SHORT = 8


def show(records: Sequence[DeployRecord], *, names: Sequence[str], is_of_all: bool) -> None:
    """Print *records*; with *names*, the result for each deployment in them."""
    columns = ["Deployed", *(["Project"] if is_of_all else []), "By", "Commit", "Result"]
    rows = [
        (
            when(each.began),
            *([each.owner or each.project] if is_of_all else []),
            each.by,
            commit_text(each),
            _result(each, has_names=bool(names)),
        )
        for each in records
    ]
    of = f" of {', '.join(f'`{escaped(name)}`' for name in names)}" if names else ""
    print_table(columns, rows, empty=f"There are no deploys{of}.")


def commit_text(record: DeployRecord) -> str:
    """Return the commit of *record*, its branch, and whether there were uncommitted changes."""
    if record.commit is None:
        return ""
    branch = f" {record.branch}" if record.branch else ""
    return f"{record.commit[:_SHORT]}{branch}{' (dirty)' if record.dirty else ''}"


def _result(record: DeployRecord, *, has_names: bool) -> str:
    if record.result == NOT_FINISHED:
        return NOT_FINISHED
    if has_names:
        return ", ".join(f"{name} {action}" for name, action in record.deployments.items())
    resources = _counted(Counter(record.resources.values()))
    parts = (_counted(record.summary), resources and f"resources: {resources}")
    return "; ".join(filter(None, parts))


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {action}" for action, number in numbers.items() if number)
