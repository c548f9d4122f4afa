"""The two dialects of the project file, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from syntask_yaml.diagnostics import Diagnostic

# What Prefect's own loader accepts is no error in its dialect; it is not passed over in silence either.
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

# What a script may deploy, as it may with Prefect: a server takes it, and whoever gives the parameters of a
# run may still set it right.
TOLERATED_IN_SCRIPTS = frozenset({"wrong-parameter-text"})

# What only Prefect's own loader may read otherwise.
_PREFECT_ONLY = frozenset({"ambiguous-merge"})


# Keys of a deployment, and of a project, that Prefect does not know, and would ignore.
OWN_KEYS = ("protected", "renamed_from")
OWN_PROJECT_KEYS = ("resources", "include", "defaults", "values", "targets")


def is_own_key(key: str) -> bool:
    """Return whether Prefect ignores the *key* of a deployment."""
    return key in OWN_KEYS or key.endswith("+")


class Dialect(Enum):
    """`syntask.yaml` is strict about what `prefect.yaml` lets pass."""

    SYNTASK = "syntask"
    PREFECT = "prefect"

    @classmethod
    def of(cls, file_name: str) -> Dialect:
        """Return the dialect of a file by its name: Prefect's if the name says so."""
        return cls.PREFECT if "prefect" in file_name.lower() else cls.SYNTASK

    def concerns(self, diagnostic: Diagnostic) -> bool:
        """Return whether the diagnostic means something in this dialect."""
        return self is Dialect.PREFECT or diagnostic.code not in _PREFECT_ONLY

    def without_own_keys(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """*fields* of a deployment without those that mean nothing in this dialect."""
        if self is Dialect.SYNTASK:
            return fields
        return {key: value for key, value in fields.items() if not is_own_key(key)}

    def judge(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return the diagnostic with the severity that it has in this dialect."""
        is_tolerated = self is Dialect.PREFECT and diagnostic.code in _TOLERATED
        return diagnostic.as_warning() if is_tolerated else diagnostic
