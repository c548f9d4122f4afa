"""What another Prefect makes of signatures; run by the Python that has it, with nothing of ours.

Reads a JSON mapping of sources by name, and writes the schemas of the flows in each one, by their names.
"""

from __future__ import annotations

import json
import sys
import types
import warnings
from typing import Any


def judged(name: str, source: str) -> dict[str, Any]:
    """The schema of each flow of *source*."""
    from prefect import Flow
    from prefect.utilities.callables import parameter_schema

    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), vars(module))
    found = {key: value for key, value in vars(module).items() if isinstance(value, Flow)}
    return {key: parameter_schema(flow).model_dump_for_openapi() for key, flow in found.items()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin).items()
    answers = {name: judged(f"judged_{number}", source) for number, (name, source) in enumerate(asked)}
    sys.stdout.write(json.dumps(answers))
