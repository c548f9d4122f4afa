"""What Prefect makes of a signature by loading it: the judge of what is made of its source."""

from __future__ import annotations

import inspect
import itertools
import json
import subprocess
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NUMBER = itertools.count()


@contextmanager
def silence() -> Iterator[None]:
    """Prefect and pydantic warn of their own old ways, and of what the cases do on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def loaded(
    source: str, module_name: str | None = None, prelude: Mapping[str, Any] | None = None
) -> types.ModuleType:
    """Run *source* as a module, which holds the names of *prelude* at first."""
    module = types.ModuleType(module_name or f"judged_{next(_NUMBER)}")
    vars(module).update(prelude or {})
    sys.modules[module.__name__] = module
    with silence():
        exec(compile(source, f"{module.__name__}.py", "exec", dont_inherit=True), vars(module))
    return module


def judged(
    source: str, *, module_name: str | None = None, prelude: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """The schema that Prefect has for the flow `f` of *source*."""
    return schema_of(loaded(source, module_name, prelude).f)


def schema_of(function: Any) -> Mapping[str, Any]:
    """The schema that Prefect deploys a function or a flow with, once its whole module is loaded."""
    with silence():
        from prefect.utilities import callables

        with pytest.MonkeyPatch.context() as patch:
            process = vars(callables)["process_v2_params"]
            patch.setattr(callables, "process_v2_params", _as_of_3_9(process))
            result: Mapping[str, Any] = callables.parameter_schema(function).model_dump_for_openapi()
    return result


def _as_of_3_9(process: Callable[..., Any]) -> Callable[..., Any]:
    """Prefect 3.8 takes runs without `*args` and `**kwargs`, though its schema requires them; 3.9 says so."""
    empty: Mapping[Any, tuple[Any, Any]] = {
        inspect.Parameter.VAR_POSITIONAL: (list, []),
        inspect.Parameter.VAR_KEYWORD: (dict, {}),
    }

    from pydantic import Field

    def processed(parameter: inspect.Parameter, **named: Any) -> Any:
        name, type_, field = process(parameter, **named)
        if parameter.kind not in empty:
            return name, type_, field
        outer, default = empty[parameter.kind]
        given = {"title": field.title, "description": field.description, "alias": field.alias}
        field = Field(default=default, json_schema_extra=field.json_schema_extra, **given)
        return name, outer[type_] if outer is list else outer[str, type_], field

    return processed


def judged_elsewhere(python: str, sources: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The schemas that the Prefect of *python* has for the flows of each of *sources*, by their names."""
    judge = [python, str(Path(__file__).with_name("newer_judge.py"))]
    done = subprocess.run(judge, input=json.dumps(sources), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: Mapping[str, Mapping[str, Any]] = json.loads(done.stdout)
    return answers


def reads_docstrings() -> Callable[[str], Mapping[str, str]]:
    """What Prefect reads docstrings with."""
    with silence():
        from prefect.utilities.callables import parameter_docstrings

    return parameter_docstrings
