"""Comparison of entries for the same deployment from several sources."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form, is_empty

Entry = Mapping[str, Any]


class Completeness(Enum):
    """How completely an entry declares its deployment."""

    ALL = "all"
    ALL_BUT_BLOCKS = "all but the values of blocks"  # the blocks are only named
    PART = "what differs from the usual"
    NOTHING = "no name, no flow, or something for another file"
    YIELDS = "what counts only where nothing else says it"


_BY_FORM = {
    Form.COMMAND: Completeness.PART,
    Form.SCRIPT: Completeness.ALL_BUT_BLOCKS,
    Form.SERVER: Completeness.YIELDS,
}


def says(source: AgentDeployment) -> Completeness:
    """Return how complete the entry for *source* is."""
    return _BY_FORM.get(source.form, Completeness.ALL) if source.is_known else Completeness.NOTHING


def is_equal(one: Any, other: Any) -> bool:
    return bool(_clean(one) == _clean(other))


def agrees(whole: Entry, part: Entry, said: Completeness) -> bool:
    """Return whether *whole* contains all values of *part*, except steps."""
    if said not in (Completeness.ALL_BUT_BLOCKS, Completeness.PART):
        return False
    both = [
        {key: value for key, value in _clean(each).items() if key not in SECTIONS} for each in (whole, part)
    ]
    if said is Completeness.ALL_BUT_BLOCKS and both[0].keys() != both[1].keys():
        return False
    return all(_holds(both[0].get(key), value) for key, value in both[1].items())


def _holds(whole: Any, part: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(_holds(whole.get(key), value) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        return all(map(_holds, whole, part))
    return bool(whole == part)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner for key, item in value.items() if not is_empty(inner := _clean(item))}
    return [_clean(item) for item in value] if isinstance(value, list) else value
