"""Fingerprints of lists of steps, which are equal for equivalent lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown, holds_unknown
from syntask_yaml.template import Scope, Unresolved, resolve


def steps_fingerprint(steps: Iterable[Step], scope: Scope) -> str:
    """Return a string that is equal for equivalent lists of steps.

    Inputs are resolved against *scope*; values that depend on earlier steps are used as written.
    """
    later: set[str] = set(scope.later)
    listed = []
    for step in steps:
        open_scope = replace(scope, later=frozenset(later), has_open_outputs=True)
        listed.append(_canonical(step, open_scope))
        later |= {step.id} if step.id is not None else set()
    text = json.dumps(listed, sort_keys=True, default=_written)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(step: Step, scope: Scope) -> Sequence[Any]:
    missing: list[Unresolved] = []
    builtin = builtin_of(step.name)
    name = builtin.full_name() if builtin is not None else step.name
    inputs = resolve(step.inputs, scope, missing.append)
    # Only the raw inputs contain the text around an unknown value.
    raw = step.inputs if missing or holds_unknown(inputs) else None
    return [name, step.id, sorted(step.requires), inputs, raw]


def _written(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"secret": hashlib.sha256(value.reveal().encode()).hexdigest()}
    if isinstance(value, Unknown):
        return {"unknown": value.name}
    return dict(value) if isinstance(value, Mapping) else str(value)
