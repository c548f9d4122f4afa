"""A new field of a deployment is an attribute, a row of the table of fields, and a key of the JSON Schema."""

from __future__ import annotations

from pathlib import Path

from tests.support.package_copy import PackageCopy

_PROJECT = """
deployments:
- name: one
  entrypoint: flows.py:hello
  cost_center: "{{ $TEAM }}-7"
"""


def test_a_new_field_is_checked_planned_stored_and_exported(tmp_path: Path) -> None:
    package = PackageCopy(tmp_path)
    package.insert(
        "syntask_yaml/model/deployment.py",
        "    description: Maybe[str | None] = None\n",
        "    cost_center: Maybe[str | None] = None\n",
    )
    package.insert(
        "syntask_yaml/model/fields.py",
        "FIELDS: tuple[Field, ...] = (\n",
        '    Field(name="cost_center", read=_scalar(_or_none), compare=lambda each: each.cost_center),\n',
    )
    package.insert(
        "schemas/syntask.schema.json",
        '"A flow, its configuration, and when and where it runs.",\n'
        '      "type": "object",\n      "additionalProperties": false,\n      "properties": {\n',
        '        "cost_center": {"type": ["string", "null"], "description": "Who pays for the runs."},\n',
    )
    package.declare(_PROJECT)

    package.run("TEAM=data syntask deploy --all")
    assert "No changes" in package.run("TEAM=data syntask plan --all")
    assert 'cost_center: "data-7" -> "web-7"' in package.run("TEAM=web syntask plan --all")
    assert "cost_center: data-7" in package.run("syntask deployment export")

    package.declare(_PROJECT.replace('"{{ $TEAM }}-7"', "[7]"))
    assert "`cost_center` is" in package.run("syntask validate", code=1)
