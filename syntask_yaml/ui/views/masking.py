"""Mask secrets in parameters and job variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.model.secret import MASKED, SECRET_NAMES, is_secret_name, masked
from syntask_yaml.plan.changes import FieldChange


def without_secrets(values: Any) -> Any:
    """Return *values* with asterisks for each secret, and for each text with a key that names a secret."""
    if isinstance(values, Mapping):
        return {
            key: MASKED if _is_secret(key) and isinstance(value, str) else without_secrets(value)
            for key, value in values.items()
        }
    if isinstance(values, (list, tuple)):
        return [without_secrets(value) for value in values]
    return masked(values)


def field_without_secrets(field: FieldChange) -> FieldChange:
    """Return *field* with asterisks for secrets in both sides."""
    if any(map(_is_secret, re.split(r"[.\[\]]+", field.path))):
        return replace(field, before=field.before and MASKED, after=field.after and MASKED)
    return replace(field, before=without_secrets(field.before), after=without_secrets(field.after))


def _is_secret(key: object) -> bool:
    return key in SECRET_NAMES or is_secret_name(key)
