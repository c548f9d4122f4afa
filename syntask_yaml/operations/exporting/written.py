"""Write resources as in a project file: short, with templates, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.automation import EVENT_NAMES, settled_action
from syntask_yaml.model.comparison import plain
from syntask_yaml.model.resource import Resource, ResourceKind
from syntask_yaml.model.secret import Secret, holds_secret, is_secret_name, with_secret_texts
from syntask_yaml.model.value import Value
from syntask_yaml.operations.contents import Contents
from syntask_yaml.template import Anything, Blocks, Scope, as_template

# Default values, which are left out.
_DEFAULTS: Mapping[ResourceKind, Mapping[str, Value]] = {
    ResourceKind.WORK_POOL: {"paused": False},
    ResourceKind.WORK_QUEUE: {"paused": False},
    ResourceKind.CONCURRENCY_LIMIT: {"slot_decay_per_second": 0, "active": True},
    ResourceKind.AUTOMATION: {"enabled": True},
}
_TEMPLATE = "base_job_template"
_NO_WORD = re.compile(r"[^A-Z0-9]+")


@dataclass
class DeclarationWriter:
    """Writes the resources of *contents*; *secrets* are the environment variables that replace secrets.

    *environ* is this machine's: names that are set in it are escaped.
    """

    contents: Contents
    environ: Mapping[str, str]
    secrets: list[str] = field(default_factory=list)

    def written(self, resource: Resource) -> Resource:
        """Return *resource* with the fields to write."""
        fields = self._fields(resource)
        defaults = _DEFAULTS.get(resource.kind, {})
        given = {key: value for key, value in fields.items() if not _is_redundant(value, key, defaults)}
        if resource.kind is ResourceKind.VARIABLE:
            given = {"value": fields["value"]}
        name = resource.name
        if resource.kind is ResourceKind.AUTOMATION:
            name = str(as_template(name, self._scope(resource.kind)))
        return replace(resource, name=name, fields=given)

    def _fields(self, resource: Resource) -> dict[str, Any]:
        fields = dict(resource.fields)
        template = fields.pop(_TEMPLATE, None)
        if resource.kind is ResourceKind.AUTOMATION:
            fields["actions"] = [settled_action(action) for action in fields["actions"]]
        if resource.kind is ResourceKind.VARIABLE and is_secret_name(resource.name):
            fields["value"] = with_secret_texts(fields["value"])
        if resource.kind is ResourceKind.BLOCK:
            fields = self._of_type(resource.name, fields)
        scope = self._scope(resource.kind)
        written = {
            key: self._without_secrets(value, resource, key)
            if holds_secret(value)
            else as_template(value, scope)
            for key, value in fields.items()
        }
        # The braces in a base job template belong to job variables, and are not templates of the file.
        return {**written, _TEMPLATE: template} if self._has_custom_template(resource, template) else written

    def _of_type(self, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a block that its type has, without null values."""
        kind = self.contents.block_types[name.partition("/")[0]]
        return {key: value for key, value in fields.items() if key in kind.fields and value is not None}

    def _scope(self, kind: ResourceKind) -> Scope:
        later = EVENT_NAMES if kind is ResourceKind.AUTOMATION else frozenset[str]()
        return Scope(environ=self.environ, variables=Anything(), later=later, blocks=Blocks.REFUSE)

    def _without_secrets(self, value: Value, resource: Resource, *path: str) -> Value:
        """Return *value* with an environment variable in place of each secret text."""
        if isinstance(value, Secret) or self._is_object(value, resource, path):
            return f"{{{{ ${self._variable(resource, path)} }}}}"
        if isinstance(value, Mapping):
            return {
                key: self._without_secrets(item, resource, *path, str(key)) for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [
                self._without_secrets(item, resource, *path, str(n)) for n, item in enumerate(value, start=1)
            ]
        return as_template(value, self._scope(resource.kind))

    def _is_object(self, value: Value, resource: Resource, path: tuple[str, ...]) -> bool:
        """Return whether the block type reads *value* from the text of a JSON object."""
        kind = self.contents.block_types.get(resource.name.partition("/")[0])
        return isinstance(value, Mapping) and kind is not None and path[-1] in kind.object_fields

    def _variable(self, resource: Resource, path: tuple[str, ...]) -> str:
        """Return a unique name for an environment variable: `API_KEY`, `SHOP_AWS_SECRET_…`."""
        own = resource.name.rpartition("/")[2]
        words = [own, *(each for each in path if each != "value")]
        name = _NO_WORD.sub("_", "_".join(words).upper()).strip("_") or "SECRET"
        name = f"_{name}" if name[0].isdigit() else name
        number = next(n for n in range(1, len(self.secrets) + 2) if _numbered(name, n) not in self.secrets)
        self.secrets.append(_numbered(name, number))
        return self.secrets[-1]

    def _has_custom_template(self, pool: Resource, template: Value) -> bool:
        """Return whether the template of a pool differs from that of new pools of its type."""
        if not template:
            return False
        try:
            return bool(plain(template) != plain(self.contents.backend.pool_template(pool.fields["type"])))
        except BackendRefused:  # the backend does not know the type
            return True


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def _is_redundant(value: Value, key: str, defaults: Mapping[str, Value]) -> bool:
    """Return whether *key* can be left out without a change."""
    if value is None or (key == "description" and value == ""):
        return True
    return key in defaults and value == defaults[key]
