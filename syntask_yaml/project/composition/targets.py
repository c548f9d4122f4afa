"""The targets of a project: its named environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.location import start_of
from syntask_yaml.document.node import Node
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.duration import parse_duration
from syntask_yaml.model.value import flag

DEVELOPMENT = "development"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# Each developer has separate deployments.
_DEVELOPMENT_PREFIX = "dev-{{ $USER }}-"
_DEVELOPMENT_TAG = "dev"


class Target(NamedTuple):
    """One environment of a project, declared at *node*."""

    name: str
    node: Node

    @property
    def title(self) -> str:
        """The name of the origin of the target's values."""
        return f"the target `{self.name}`"

    @property
    def is_default(self) -> bool:
        given = self._declared.get("default")
        return isinstance(given, (bool, str)) and flag(given)

    @property
    def is_development(self) -> bool:
        return self._declared.get("mode") == DEVELOPMENT

    @property
    def backend(self) -> Node | None:
        """The node of the backend's URL, which may contain templates."""
        return self._text("backend")

    @property
    def profile(self) -> Node | None:
        """The node of the name of the Prefect profile that has the backend's URL."""
        return self._text("profile")

    @property
    def name_prefix(self) -> str:
        """The prefix of the names of all deployments; it may contain templates."""
        written = self._text("name_prefix")
        if written is not None:
            return str(written.value)
        return _DEVELOPMENT_PREFIX if self.is_development else ""

    @property
    def lifetime(self) -> timedelta | None:
        """The time after their last deploy at which the deployments of the target expire; None: never."""
        written = self._text("expires")
        try:
            seconds = parse_duration(str(written.value)) if written is not None else 0
            return timedelta(seconds=seconds) if seconds > 0 else None
        except (ValueError, OverflowError):
            return None

    def check_expires(self) -> Iterator[Diagnostic]:
        """Yield the problem of a declared expiry that is invalid."""
        node = self._text("expires")
        if node is None or self.lifetime is not None:
            return
        detail, hint = f"`{node.value}` is not a duration.", "Write days (`7d`), hours (`12h`) or `P7D`."
        with suppress(ValueError):
            if parse_duration(str(node.value)) <= 0:
                detail = f"`{node.value}` is not a positive duration: the deployments would expire at once."
                hint = "Write a longer time, such as `12h`, or remove `expires` to keep them."
        yield node.problem("wrong-value", detail, hint)

    @property
    def prefix(self) -> Node:
        """The node of the name prefix, or else of the mode that implies it."""
        node = self.node.get("name_prefix") or self.node.get("mode") or self.node
        return Node(self.name_prefix, node.source, start_of(node.location), node.path)

    @property
    def values(self) -> Iterator[Node]:
        """The target's overrides of project values."""
        values = self.node.get("values")
        if values is not None and isinstance(values.value, dict):
            yield from values.children()

    def changes(self, name: str, previous: str = "") -> dict[str, Any]:
        """Return the target's fields for the deployment *name*, formerly *previous*."""
        fields: dict[str, Any] = {}
        if self.name_prefix and name:
            fields["name"] = self.name_prefix + name
        if self.name_prefix and previous:
            flow, slash, last = previous.rpartition("/")
            fields["renamed_from"] = f"{flow}{slash}{self.name_prefix}{last}"
        if self.is_development:
            fields |= {"tags+": [_DEVELOPMENT_TAG], "paused": True}
        return fields

    @property
    def below_entries(self) -> Target:
        """The target with only those parts that an entry of the file can override."""
        above = ("mode", "name_prefix", "deployments")
        kept = {key: value for key, value in self._declared.items() if key not in above}
        return Target(self.name, self.node.with_value(kept))

    @property
    def _declared(self) -> dict[str, Any]:
        return self.node.value if isinstance(self.node.value, dict) else {}

    def _text(self, key: str) -> Node | None:
        node = self.node.get(key) if self._declared else None
        return node if node is not None and isinstance(node.value, str) and node.value else None


def targets_of(root: Node) -> tuple[Target, ...]:
    """Return the targets that a project file declares, in order."""
    targets = root.get("targets")
    if targets is None or not isinstance(targets.value, dict):
        return ()
    return tuple(Target(str(each.path[-1]), each) for each in targets.children())


def choose_target(targets: tuple[Target, ...], name: str | None, *, project: str) -> Target | None:
    """Return the target *name*, or else the default one; None in a project without targets.

    Raises NotFound for an unknown target, UsageError if a target must be named.
    """
    names = [each.name for each in targets]
    if name is not None:
        found = next((each for each in targets if each.name == name), None)
        if found is None:
            known = f"It has {_listed(names)}." if names else "It has no `targets`."
            hint = (
                did_you_mean(name, names) if names else "Declare it under `targets`, or leave `--target` out."
            )
            raise NotFound(f"`{project}` has no target `{name}`. {known}", hint=hint)
        return found
    if not targets:
        return None
    default = next((each for each in targets if each.is_default), None)
    if default is None:
        has, where = f"has {len(names)} targets, and none is", "one of them"
        if len(names) == 1:
            has, where = "has one target, which is not", "it"
        raise UsageError(
            f"`{project}` {has} the default: {_listed(names)}.",
            hint=f"Pass `--target {names[0]}`, or write `default: true` in {where}.",
        )
    return default


def usual_target(targets: tuple[Target, ...]) -> Target | None:
    """Return the default target, or else the first one, for commands that only inspect files."""
    return next((each for each in targets if each.is_default), next(iter(targets), None))


def check_targets(targets: tuple[Target, ...]) -> Iterator[Diagnostic]:
    """Yield the problems of the names of the targets, and of the choice of the default."""
    defaults = [each for each in targets if each.is_default]
    for target in targets:
        yield from target.check_expires()
        if not _NAME.fullmatch(target.name):
            detail = f"`{target.name}` cannot be the name of a target."
            hint = "Use letters, digits, `-` and `_`, and begin with a letter or a digit."
            yield target.node.problem("invalid-name", detail, hint, at_key=True)
        if target.backend is not None and target.profile is not None:
            detail = (
                f"The target `{target.name}` has a `backend` and a `profile`, which both say where it is."
            )
            yield target.profile.problem("conflicting-keys", detail, "Keep one of them.", at_key=True)
    for target in defaults[1:]:
        detail = f"`{target.name}` and `{defaults[0].name}` are both the default target."
        node = target.node.get("default") or target.node
        yield node.problem("conflicting-keys", detail, "Keep `default: true` in one of them.", at_key=True)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
