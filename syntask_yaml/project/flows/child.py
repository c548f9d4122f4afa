"""Load flows in a separate process, and return the properties that their source does not show.

Run as `python child.py REQUEST RESULT`, with JSON files, by the project's Python: this file, and those that
it reads from its folder, use only the standard library, and pydantic if it is installed.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any, Dict  # noqa: UP035  # for Pythons that know no other way

Answer = Dict[str, Any]  # noqa: UP006

OURS = runpy.run_path(str(Path(__file__).parents[2] / "pysource" / "load.py"))
SAID = ("name", "description", "version")


def main(request: Path, result: Path) -> None:
    warnings.simplefilter("ignore")
    answers = answer(json.loads(request.read_bytes()))
    draft = result.with_suffix(".draft")
    draft.write_text(json.dumps(answers), encoding="utf-8")
    draft.replace(result)
    # Exit without waiting for threads and exit handlers of the project's code.
    os._exit(0)


def answer(request: Answer) -> Answer:
    """Return the properties of each function in *request*, or the reason why they are unknown."""
    names = request["functions"]
    try:
        module = OURS["load_module"](request["module"], request["file"])
    # The project's code may raise anything, including `SystemExit`.
    except BaseException as error:  # noqa: BLE001
        return {name: {"error": f"loading the module failed with {shown(error)}"} for name in names}
    return {name: describe(module, name) for name in names}


def describe(module: Any, name: str) -> Answer:
    """Return the properties of the function *name*, and the schema of its parameters."""
    try:
        found = functools.reduce(getattr, name.split("."), module)
    except AttributeError:
        return {"error": f"the loaded module has no `{name}`", "is_missing": True}
    except BaseException as error:  # noqa: BLE001
        return {"error": f"reading `{name}` from the loaded module failed with {shown(error)}"}
    described: Answer = {key: text(getattr(found, key, None)) for key in SAID}
    try:
        described["schema"], described["value_schema"] = schemas(getattr(found, "fn", found))
        json.dumps(described)
    except BaseException as error:  # noqa: BLE001
        return {
            **described,
            "schema": None,
            "value_schema": None,
            "error": f"generating its schema failed with {shown(error)}",
        }
    return described


def schemas(function: Any) -> tuple[Answer, Answer]:
    beside, run_file = Path(__file__), OURS["run_file"]
    documented = run_file("_syntask_docstring", str(beside.with_name("docstring.py")))
    made = run_file("_syntask_schema", str(beside.with_name("child_schema.py")))
    descriptions = documented.parameter_descriptions(inspect.getdoc(function))
    parameters: tuple[Answer, Answer] = made.parameter_schemas(function, descriptions)
    return parameters


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def shown(error: BaseException) -> str:
    """Return the type of *error*, and the first line of its message."""
    message = str(error).strip().partition("\n")[0][:300]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


if __name__ == "__main__":
    # This folder has modules of syntask, and none of the project.
    del sys.path[0]
    main(Path(sys.argv[1]), Path(sys.argv[2]))
