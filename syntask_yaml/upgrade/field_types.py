"""The types of values that Prefect 2 accepted in fields, where the conversion would lose another type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.agent_deployment import AgentDeployment

# The spellings of booleans that Prefect 2 accepted, also as numbers.
_ON = frozenset("1 on t true y yes".split())
_OFF = frozenset("0 off f false n no".split())


def truth(value: Any) -> bool | None:
    """Return *value* as the boolean that Prefect 2 read; None if it refused the value."""
    text = str(value).lower()
    return True if text in _ON else False if text in _OFF else None


@dataclass(frozen=True, slots=True)
class FieldType:
    """A type of field: whether it *takes* a value, besides null and an empty string, and its description."""

    takes: Callable[[Any], bool]
    title: str


_TEXT = FieldType(lambda value: isinstance(value, str), "a text")
_NAME = FieldType(lambda value: isinstance(value, (str, int, float)), "a text")  # `7` is `"7"`
_MAPPING = FieldType(lambda value: isinstance(value, dict) or value == [], "a mapping")
_SCHEDULES = FieldType(lambda value: isinstance(value, (dict, list)), "a mapping or a list")
_SWITCH = FieldType(lambda value: truth(value) is not None, "true or false")

# Other fields are carried unchanged and checked with the project file.
_FIELDS: Mapping[str, FieldType] = {
    **dict.fromkeys(("name", "flow_name", "version", "work_pool_name", "work_queue_name"), _NAME),
    **dict.fromkeys(("entrypoint", "path", "manifest_path"), _TEXT),
    **dict.fromkeys(("parameters", "infra_overrides", "job_variables"), _MAPPING),
    **dict.fromkeys(("schedule", "schedules"), _SCHEDULES),
    "is_schedule_active": _SWITCH,
}


def mistyped(source: AgentDeployment) -> Iterator[tuple[Node, str]]:
    """Yield the fields of *source* with values of another type, and the expected type."""
    for node in source.root.children():
        expected = _FIELDS.get(str(node.path[-1]))
        if expected and node.value not in (None, "") and not expected.takes(node.value):
            yield node, expected.title
