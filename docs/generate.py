"""Write what comes from the code: the index of built-in steps, their part of the JSON Schema, and pages.

`python docs/generate.py` writes the files; the tests compare them with what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from syntask_yaml.assets import asset
from syntask_yaml.cli.main import COMMANDS, cli
from syntask_yaml.messages import MESSAGES
from syntask_yaml.project.schema import project_schema
from syntask_yaml.steps.describe import declared_steps, index_of, with_steps

HERE = Path(__file__).parent
ROOT = HERE.parent
_NOTE = "<!-- Made by docs/generate.py; change what it is made from. -->\n"

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
}


def messages() -> str:
    """The page of every message."""
    lines = [
        "# Messages\n",
        _NOTE,
        "Each problem has a code, which stands in brackets behind its summary and in JSON output.\n",
        "| code | summary | what it means |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{code}` | {each.summary} | {each.about} |" for code, each in sorted(MESSAGES.items())]
    return "\n".join(lines) + "\n"


def reference() -> str:
    """The page of every key of the project file."""
    return "\n".join([*_reference_head(), *_sections()]).rstrip() + "\n"


def _reference_head() -> Iterator[str]:
    yield "# The project file\n"
    yield _NOTE
    yield "`syntask.yaml`, or a `prefect.yaml` as it is. Every key may be left out or be null."
    yield "The schema that editors use is `syntask schema`; a file that begins with\n"
    yield "```yaml\n# yaml-language-server: $schema=path/to/syntask.schema.json\n```\n"
    yield "is completed and checked while you type.\n"


_TITLES = {
    "deployment": "An entry of `deployments`",
    "work_pool": "`work_pool`",
    "schedule": "An entry of `schedules`",
    "concurrency_limit": "`concurrency_limit`, with options",
    "trigger": "An entry of `triggers`",
    "sla": "An entry of `sla`",
}


def _sections() -> Iterator[str]:
    schema = project_schema()
    yield "## At the top\n"
    yield from _table(schema["properties"])
    for name, title in _TITLES.items():
        definition = schema["$defs"][name]
        yield f"## {title}\n"
        yield f"{definition['description']}\n"
        yield from _table(definition["properties"])
    yield "## Steps\n"
    yield "A step is the name of a function with its inputs under it."
    yield "The names work under `syntask` and under `prefect`, and under their older `projects` packages.\n"
    for full_name, part in schema["$defs"]["step"]["then"]["properties"].items():
        definition = schema["$defs"][part["$ref"].rpartition("/")[2]]
        yield f"### {full_name}\n"
        yield f"{definition['description']}\n"
        yield from _table(definition["properties"], required=definition["required"])


def _table(properties: dict[str, Any], required: list[str] | None = None) -> Iterator[str]:
    yield "| key | takes | default | meaning | example |"
    yield "| --- | --- | --- | --- | --- |"
    for name, schema in properties.items():
        kinds = " or ".join(dict.fromkeys(_kinds(schema))) or "anything"
        default = "needed" if name in (required or ()) else _code(schema.get("default"))
        example = _code(schema["examples"][0]) if schema.get("examples") else ""
        yield f"| `{name}` | {kinds} | {default} | {schema['description']} | {example} |"
    yield ""


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in _TYPES:
            yield _TYPES[kind]
    if "enum" in schema:
        yield ", ".join(f"`{value}`" for value in schema["enum"])
    reference = schema.get("$ref", "").rpartition("/")[2]
    if reference == "steps" or reference == "tags":
        yield "list"
    elif reference == "flag":
        yield "true or false"
    elif reference and reference != "template":
        yield "mapping"
    for branch in schema.get("anyOf", ()):
        if branch.get("maxProperties") != 0:
            yield from _kinds(branch)


def _code(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if text else "empty"


_VARIABLES = """\
Each option can also be set by an environment variable named after the command and the option.
`SYNTASK_PLAN_ALL=1` is `syntask plan --all`, and `SYNTASK_FILE=other.yaml` is `syntask -f other.yaml`.
The variable of a repeatable option has one value per line, or is a JSON list of strings.
Command-line options take precedence.
"""


def commands() -> str:
    """The page of every command, as `--help` prints it."""
    lines = ["# Commands\n", _NOTE, _VARIABLES, "```text", _help(cli, "syntask"), "```\n"]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if command is None:
            continue
        lines += [f"## syntask {name}\n", "```text", _help(command, f"syntask {name}"), "```\n"]
        for inner, each in sorted(getattr(command, "commands", {}).items()):
            full = f"syntask {name} {inner}"
            lines += [f"### {full}\n", "```text", _help(each, full), "```\n"]
    return "\n".join(lines).rstrip() + "\n"


def _help(command: click.Command, name: str) -> str:
    settings = {**cli.context_settings, "max_content_width": 100}
    context = click.Context(command, info_name=name, terminal_width=100, **settings)
    return command.get_help(context).rstrip()


def step_index() -> str:
    """Every built-in step, one a line."""
    rows = (json.dumps(row) for row in index_of(declared_steps()))
    return "[\n  " + ",\n  ".join(rows) + "\n]\n"


def schema() -> str:
    """The JSON Schema, in which only the part of the built-in steps is made."""
    written = json.loads(asset("schemas/syntask.schema.json").read_text(encoding="utf-8"))
    return json.dumps(with_steps(written, declared_steps()), indent=2, ensure_ascii=False) + "\n"


# In the order in which they are made: the pages have what the schema says.
FILES = {
    "syntask_yaml/model/builtin.json": step_index,
    "schemas/syntask.schema.json": schema,
    "docs/messages.md": messages,
    "docs/reference.md": reference,
    "docs/commands.md": commands,
}

if __name__ == "__main__":
    for file, make in FILES.items():
        (ROOT / file).write_text(make(), encoding="utf-8")
