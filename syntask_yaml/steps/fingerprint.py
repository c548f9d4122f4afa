"""A fingerprint of lists of steps: lists with the same one do the same."""

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
    """Return a text that is the same for lists of steps that will do the same.

    Inputs count as they are resolved against *scope*; what only earlier steps can tell counts as
    it was written.
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
    # The text around a value that is not known is in the raw inputs only.
    raw = step.inputs if missing or holds_unknown(inputs) else None
    return [name, step.id, sorted(step.requires), inputs, raw]


def _written(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"secret": hashlib.sha256(value.reveal().encode()).hexdigest()}
    if isinstance(value, Unknown):
        return {"unknown": value.name}
    return dict(value) if isinstance(value, Mapping) else str(value)
