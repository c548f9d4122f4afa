"""The deployment of a `prefect deployment build` command, with the fields of the file that it wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.model.value import read_json
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.commands import Command
from syntask_yaml.upgrade.secrets import hide_values

Fields = dict[str, Any]
_FLAGS = frozenset({"-a", "--apply", "--upload", "--skip-upload", "--no-schedule"})


def deployment_of(command: Command) -> AgentDeployment | None:
    """Return the deployment that *command* builds; None if it is incomplete or has unknown options."""
    fields: Fields = {}
    words = iter(command.words)
    for word in words:
        if word in _FLAGS:
            continue
        if not word.startswith("-"):
            fields.setdefault("entrypoint", word)
            continue
        option, equals, value = word.partition("=")
        put = _OPTIONS.get(option)
        given = value if equals else next(words, None)
        if given is None or put is None or not put(fields, given):
            return None
    return _deployment(command, fields) if command.is_plain and _is_whole(fields) else None


def _is_whole(fields: Fields) -> bool:
    return bool(fields.get("name")) and ":" in str(fields.get("entrypoint", ""))


def _deployment(command: Command, fields: Fields) -> AgentDeployment:
    schedule = {key: fields.pop(key) for key in _SCHEDULE if key in fields}
    if schedule:
        fields["schedule"] = schedule
    fields.setdefault("infrastructure", {"_block_type_slug": "process"})
    root = Node(fields, command.span.source, command.span.start)
    value, places = hide_values(root)
    hidden = Node(value, command.span.source, command.span.start)
    return AgentDeployment(hidden, command.file.path, Form.COMMAND, places)


_SCHEDULE = ("cron", "interval", "anchor_date", "rrule", "timezone", "day_or")


def _text(key: str) -> Callable[[Fields, str], bool]:
    def put(fields: Fields, value: str) -> bool:
        fields[key] = value
        return True

    return put


def _tag(fields: Fields, value: str) -> bool:
    fields.setdefault("tags", []).append(value)
    return True


def _block(key: str) -> Callable[[Fields, str], bool]:
    """Return a block by type and name, and the folder in a storage that may follow."""

    def put(fields: Fields, value: str) -> bool:
        slug, _, rest = value.partition("/")
        name, _, folder = rest.partition("/")
        fields[key] = {"_block_type_slug": slug, "_block_document_name": name}
        if key == "storage":
            fields["path"] = folder
        return bool(name)

    return put


def _type(fields: Fields, value: str) -> bool:
    fields["infrastructure"] = {"_block_type_slug": value}
    return True


def _override(fields: Fields, value: str) -> bool:
    key, equals, text = value.partition("=")
    fields.setdefault("infra_overrides", {})[key] = text
    return bool(equals)


def _interval(fields: Fields, value: str) -> bool:
    try:
        fields["interval"] = float(value)
    except ValueError:
        return False
    return True


def _anchor(fields: Fields, value: str) -> bool:
    """Return a date; without an offset, it is in UTC, whatever the time zone of the schedule."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    fields["anchor_date"] = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    return True


def _rule(fields: Fields, value: str) -> bool:
    """Return a recurrence rule, given as text or as JSON with a time zone."""
    found = _json(value)
    timing = found if isinstance(found, dict) else {"rrule": value}
    fields.update(timing if timing.keys() <= {"rrule", "timezone"} else {})
    return "rrule" in fields


def _parameter(fields: Fields, value: str) -> bool:
    key, equals, text = value.partition("=")
    fields.setdefault("parameters", {})[key] = _json(text)
    return bool(equals)


def _parameters(fields: Fields, value: str) -> bool:
    found = _json(value)
    if isinstance(found, dict):
        fields.setdefault("parameters", {}).update(found)
    return isinstance(found, dict)


def _ignored(_fields: Fields, _value: str) -> bool:
    return True


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return text


# The fields of options, by their spellings.
_OPTIONS: Mapping[str, Callable[[Fields, str], bool]] = {
    spelling: put
    for spellings, put in (
        ("-n --name", _text("name")),
        ("-v --version", _text("version")),
        ("-d --description", _text("description")),
        ("-t --tag", _tag),
        ("-q --work-queue", _text("work_queue_name")),
        ("-p --pool", _text("work_pool_name")),
        ("-i --infra", _type),
        ("-ib --infra-block", _block("infrastructure")),
        ("--override", _override),
        ("-sb --storage-block", _block("storage")),
        ("--cron", _text("cron")),
        ("--interval", _interval),
        ("--anchor-date", _anchor),
        ("--rrule", _rule),
        ("--timezone", _text("timezone")),
        ("--path", _text("path")),
        ("--param", _parameter),
        ("--params", _parameters),
        ("-o --output -l -w --limit --work-queue-concurrency", _ignored),
    )
    for spelling in spellings.split()
}
