"""What Prefect makes of a signature by loading it: the judge of what is made of its source."""

from __future__ import annotations

import itertools
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

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
    """The schema that Prefect has for a flow, or makes of a function."""
    with silence():
        from prefect.utilities.callables import parameter_schema

        made = getattr(function, "parameters", None) or parameter_schema(function)
        result: Mapping[str, Any] = made.model_dump_for_openapi()
    return result


def reads_docstrings() -> Callable[[str], Mapping[str, str]]:
    """What Prefect reads docstrings with."""
    with silence():
        from prefect.utilities.callables import parameter_docstrings

    return parameter_docstrings
