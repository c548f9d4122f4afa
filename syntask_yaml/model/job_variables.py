"""Apply job variables to a base job template.

As in Prefect's workers (`prefect.workers.base.BaseJobConfiguration`), a value replaces another as a whole,
except `env`, which is merged by name. Values are not resolved again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.model.job_template import PLACEHOLDER
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Json, Value

_ENV = "env"
# References that are resolved later, on the backend.
_OF_THE_BACKEND = tuple(
    f"{root}.{kind}." for root in ("prefect", "syntask") for kind in ("blocks", "variables")
)
_UNSET = object()


def merged(deployment: Mapping[str, Value], run: Mapping[str, Value]) -> dict[str, Any]:
    """Return the job variables of a deployment, overridden by those of a run."""
    both = {**deployment, **run}
    below, above = deployment.get(_ENV), run.get(_ENV)
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        both[_ENV] = {**below, **above}
    return both


def nested(variables: Mapping[str, Value]) -> dict[str, Any]:
    """Return *variables* with `env.A: x` as `env: {A: x}`; nested keys take precedence."""
    result: dict[str, Any] = {}
    for name, value in variables.items():
        if "." in name:
            _put(result, name.split("."), value)
    for name, value in variables.items():
        if "." not in name:
            result[name] = _deeply(result.get(name), value)
    return result


def _put(target: dict[str, Any], path: list[str], value: Value) -> None:
    *parents, last = path
    for parent in parents:
        if not isinstance(target.get(parent), dict):
            target[parent] = {}
        target = target[parent]
    target[last] = value


def _deeply(below: Any, above: Any) -> Any:
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    return {**below, **{key: _deeply(below.get(key), value) for key, value in above.items()}}


def with_defaults(template: Mapping[str, Json], variables: Mapping[str, Value]) -> dict[str, Any]:
    """Return the variables of a job: the defaults of the pool's *template*, overridden by *variables*.

    A null `env` keeps the `env` of the pool.
    """
    defaults, given = _defaults(template), nested(variables)
    if given.get(_ENV, _UNSET) is None and _ENV in defaults:
        del given[_ENV]
    return merged(defaults, given)


def _defaults(template: Mapping[str, Json]) -> dict[str, Any]:
    schema: Any = template.get("variables") or {}
    properties = schema.get("properties") or {}
    found = {name: each.get("default") for name, each in properties.items() if isinstance(each, Mapping)}
    return {name: value for name, value in found.items() if value is not None}


def job_configuration(
    template: Mapping[str, Json], variables: Mapping[str, Value], environ: Mapping[str, str]
) -> dict[str, Any]:
    """Return the configuration that a worker with *environ* makes from *template* and *variables*.

    Keys whose variable has no value are omitted. Without a template, the variables are the configuration.
    """
    given = with_defaults(template, variables)
    job: Any = template.get("job_configuration")
    if not isinstance(job, Mapping):
        return given
    filled = _filled(job, given, environ)
    fixed = job.get(_ENV)
    if isinstance(fixed, Mapping):
        filled = merged(filled, {_ENV: given[_ENV]}) if given.get(_ENV) else filled
    return dict(filled)


@once_per_object
def used_variables(template: Mapping[str, Json]) -> frozenset[str] | None:
    """Return the names of the variables that the pool's *template* uses; None if it uses all."""
    job: Any = template.get("job_configuration")
    if not isinstance(job, Mapping):
        return None
    names = {found.split(".")[0].split("[")[0] for text in _texts(job) for found in PLACEHOLDER.findall(text)}
    has_env = isinstance(job.get(_ENV), Mapping) or _defaults(template).get(_ENV)
    return frozenset(names | {_ENV} if has_env else names)


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, (Mapping, list)):
        for each in template.values() if isinstance(template, Mapping) else template:
            yield from _texts(each)


def _filled(template: Any, given: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    if isinstance(template, Mapping):
        filled = {key: _filled(value, given, environ) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value is not _UNSET}
    if isinstance(template, list):
        return [each for item in template if (each := _filled(item, given, environ)) is not _UNSET]
    if not isinstance(template, str):
        return template
    whole = PLACEHOLDER.fullmatch(template)
    if whole and not whole[1].startswith(("$", *_OF_THE_BACKEND)):
        return _value(whole[1], given)
    return PLACEHOLDER.sub(lambda found: _text(found, given, environ), template)


def _text(found: re.Match[str], given: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    name = found[1]
    if name.startswith(_OF_THE_BACKEND):
        return found[0]
    value = environ.get(name[1:], "") if name.startswith("$") else _value(name, given)
    return "" if value is _UNSET else str(value)


def _value(name: str, given: Mapping[str, Any]) -> Any:
    value: Any = given
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return _UNSET
        value = value[step]
    return value
