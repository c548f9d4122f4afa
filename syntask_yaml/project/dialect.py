"""The two dialects of the project file, and their differences."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from syntask_yaml.diagnostics import Diagnostic

# Problems that Prefect's loader accepts: warnings instead of errors in its dialect.
_TOLERATED = frozenset(
    {
        "agent-deployment",
        "ambiguous-step",
        "duplicate-deployment",
        "duplicate-key",
        "invalid-name",
        "invalid-template",
        "key-not-text",
        "missing-input",
        "missing-key",
        "secret-in-environment",
        "secret-stored",
        "unknown-input",
        "unknown-key",
        "unknown-parameter",
        "unknown-step",
        "unset-name",
        "wrong-input",
        "wrong-parameter-text",
    }
)

# Problems that a script may deploy, as with Prefect: a server accepts them, and the parameters of a run can
# still be corrected.
TOLERATED_IN_SCRIPTS = frozenset({"wrong-parameter-text"})

# Problems of Prefect's loader only.
_PREFECT_ONLY = frozenset({"ambiguous-merge"})


# Keys of a deployment and a project that Prefect does not know and ignores.
OWN_KEYS = ("protected", "renamed_from")
OWN_PROJECT_KEYS = ("resources", "include", "defaults", "values", "targets")


def is_own_key(key: str) -> bool:
    """Return whether Prefect ignores the *key* of a deployment."""
    return key in OWN_KEYS or key.endswith("+")


class Dialect(Enum):
    """The dialects: `syntask.yaml` is strict where `prefect.yaml` is tolerant."""

    SYNTASK = "syntask"
    PREFECT = "prefect"

    @classmethod
    def of(cls, file_name: str) -> Dialect:
        """Return the dialect of a file by its name: Prefect's if the name says so."""
        return cls.PREFECT if "prefect" in file_name.lower() else cls.SYNTASK

    def concerns(self, diagnostic: Diagnostic) -> bool:
        """Return whether the diagnostic applies to this dialect."""
        return self is Dialect.PREFECT or diagnostic.code not in _PREFECT_ONLY

    def without_own_keys(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the *fields* of a deployment without those that this dialect does not have."""
        if self is Dialect.SYNTASK:
            return fields
        return {key: value for key, value in fields.items() if not is_own_key(key)}

    def judge(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return the diagnostic with its severity in this dialect."""
        is_tolerated = self is Dialect.PREFECT and diagnostic.code in _TOLERATED
        return diagnostic.as_warning() if is_tolerated else diagnostic
