"""What editors insert is what steps need, and YAML."""

from __future__ import annotations

import re

import yaml

from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.project.schema import project_schema
from tests.unit.project.conftest import EDITOR, keys, schemas


def test_every_step_can_be_inserted_with_the_inputs_that_it_needs() -> None:
    snippets = EDITOR["$defs"]["steps"]["defaultSnippets"]
    inputs = {each["label"]: list(each["body"][each["label"]]) for each in snippets}

    assert list(inputs) == [
        step.full_name() for step in sorted(BUILTINS.values(), key=lambda each: each.package)
    ]
    for step in BUILTINS.values():
        required = EDITOR["$defs"][f"step_{step.name}"]["required"]
        assert inputs[step.full_name()] == (required or ["requirements_file"])


def test_a_field_of_a_snippet_is_a_value_of_yaml() -> None:
    """What has a meaning in snippets has a backslash before it, and what has one in YAML has quotes."""
    fields = [
        each["body"] for _, part in keys() for each in part.get("defaultSnippets", ()) if "type" not in each
    ]
    texts = [
        re.sub(r"\\([$}\\])", r"\1", str(field).removeprefix("${1:").removesuffix("}")) for field in fields
    ]
    examples = [example for part in schemas(project_schema()) for example in part.get("examples", ())]

    assert len(texts) > 50
    assert [text for text in texts if yaml.safe_load(text) not in examples] == []
