"""Replacement of secrets in lifted values by references to blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.model.secret import SECRET_NAMES, Secret, is_secret_name
from syntask_yaml.upgrade.secrets import has_login, is_known_secret


def without_secrets(value: Any, refer: Callable[[str], str], name: str = "") -> Any:
    """Return *value* with the result of *refer* for the name of each string that is or contains a secret.

    A name is the key of a mapping, or `name` beside `value`, as in the environment of a container.
    """
    if isinstance(value, Mapping):
        entry = str(value.get("name", "")) if "value" in value else ""
        return {
            key: without_secrets(item, refer, entry if entry and key == "value" else str(key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(item, refer, name) for item in value]
    if isinstance(value, Secret) or (isinstance(value, str) and _is_secret(name, value)):
        return refer(name)
    return value


def _is_secret(name: str, text: str) -> bool:
    if not text or text.startswith("{{"):
        return False
    return is_secret_name(name) or name in SECRET_NAMES or has_login(text) or is_known_secret(text)


def shown_template(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *template*, which may come from anybody, with asterisks for its secrets."""
    shown: Mapping[str, Any] = without_secrets(template, lambda _name: "********")
    return shown
