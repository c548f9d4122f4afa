"""The draft of one deployment, built from the answers of an interview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from syntask_yaml.model.block import Block
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.exporting.defaults import reduced
from syntask_yaml.project.composition.paths import from_folder
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.wizard.context import Home

# The order of keys in a new entry.
_KEYS = (
    "name",
    "entrypoint",
    "description",
    "tags",
    "parameters",
    "schedules",
    "paused",
    "concurrency_limit",
    "work_pool",
    "build",
    "push",
    "pull",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The *fields* of an entry as in the project file, with unresolved templates.

    *declared* is the entry that they replace. *new_pool* and *new_blocks* are to be created on the backend;
    *later* are blocks, by type and name, that the user creates. *home* is the file of the entry, None for the
    first one of a project; *inherited* are the fields that it inherits there.
    """

    flow: Flow
    fields: Mapping[str, Any]
    declared: Declaration | None = None
    pool: WorkPool | None = None
    new_pool: WorkPool | None = None
    new_blocks: tuple[Block, ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    has_image: bool = False
    home: Home | None = None
    inherited: Mapping[str, Any] = field(default_factory=dict)

    def put(self, **fields: Any) -> Draft:
        """Return the draft with more fields; None or an empty value removes a field."""
        return replace(self, fields=_merged(self.fields, fields))

    def put_steps(self, section: str, steps: list[dict[str, Any]]) -> Draft:
        """Return the draft with a section of steps; an empty one declares that there are none."""
        return replace(self, fields={**self.fields, section: steps})

    def put_job_variables(self, **variables: Any) -> Draft:
        """Return the draft with more job variables; None removes one."""
        pool = dict(self.fields.get("work_pool") or {})
        merged = _merged(pool.pop("job_variables", None) or {}, variables)
        return self.put(work_pool={**pool, "job_variables": merged} if merged else pool)

    @property
    def job_variables(self) -> Mapping[str, Any]:
        """The job variables so far."""
        return (self.fields.get("work_pool") or {}).get("job_variables") or {}

    @property
    def name(self) -> str:
        name: str = self.fields["name"]
        return name

    @property
    def full_name(self) -> str:
        """`flow/name`."""
        return f"{self.flow.name}/{self.name}"

    def entry(self) -> dict[str, Any]:
        """Return the fields in the order of writing, without inherited ones."""
        folder = self.home.file.folder if self.home else PurePosixPath()
        fields = from_folder(_fields_over_inherited(self.fields, self.inherited), folder)
        known = [key for key in _KEYS if key in fields]
        others = [key for key in fields if key not in _KEYS]
        return {key: fields[key] for key in (*known, *others)}


def _fields_over_inherited(fields: Mapping[str, Any], inherited: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that result in *fields*; null removes an inherited one."""
    sections = {
        key: value for key, value in fields.items() if key in SECTIONS and value != inherited.get(key)
    }
    gone = {key: None for key in SECTIONS if key in inherited and key not in fields}
    return {**reduced(_without_sections(fields), _without_sections(inherited)), **sections, **gone}


def _without_sections(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in SECTIONS}


def _merged(fields: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return *fields* with *more*; an empty value in *more* removes a field."""
    gone = {key for key, value in more.items() if _is_nothing(value)}
    return {key: value for key, value in {**fields, **more}.items() if key not in gone}


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or value in ([], {})
