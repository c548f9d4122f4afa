"""What Prefect 2 took as the value of a field, where another type would get lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.agent_deployment import AgentDeployment

# What Prefect 2 took for a truth value, whether it is a text, a number or one already.
_ON = frozenset("1 on t true y yes".split())
_OFF = frozenset("0 off f false n no".split())


def truth(value: Any) -> bool | None:
    """*value* as the truth value that Prefect 2 took it for; None for what it refused."""
    text = str(value).lower()
    return True if text in _ON else False if text in _OFF else None


@dataclass(frozen=True, slots=True)
class FieldType:
    """Values of one type: which ones a field *takes*, beside null and an empty text, and what they are."""

    takes: Callable[[Any], bool]
    title: str


_TEXT = FieldType(lambda value: isinstance(value, str), "a text")
_NAME = FieldType(lambda value: isinstance(value, (str, int, float)), "a text")  # `7` is `"7"`
_MAPPING = FieldType(lambda value: isinstance(value, dict) or value == [], "a mapping")
_SCHEDULES = FieldType(lambda value: isinstance(value, (dict, list)), "a mapping or a list")
_SWITCH = FieldType(lambda value: truth(value) is not None, "true or false")

# Other fields are carried as they are, for the checker of the project file to judge.
_FIELDS: Mapping[str, FieldType] = {
    **dict.fromkeys(("name", "flow_name", "version", "work_pool_name", "work_queue_name"), _NAME),
    **dict.fromkeys(("entrypoint", "path", "manifest_path"), _TEXT),
    **dict.fromkeys(("parameters", "infra_overrides", "job_variables"), _MAPPING),
    **dict.fromkeys(("schedule", "schedules"), _SCHEDULES),
    "is_schedule_active": _SWITCH,
}


def mistyped(source: AgentDeployment) -> Iterator[tuple[Node, str]]:
    """The fields of *source* whose values are of another type, each with what is expected."""
    for node in source.root.children():
        expected = _FIELDS.get(str(node.path[-1]))
        if expected and node.value not in (None, "") and not expected.takes(node.value):
            yield node, expected.title
