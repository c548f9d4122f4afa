"""The process in which one custom step of `build` or `push` runs.

The step's name and inputs come over standard input; what becomes of it goes back over a pipe of its
own, so that the step may write what it likes. Whatever the step does to its process ends with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from syntask_yaml import processes
from syntask_yaml.errors import SyntaskError
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.call import call, outputs_of, own_traceback, words
from syntask_yaml.steps.registry import find_step

# The child can import the same modules as this process.
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv.pop())
from syntask_yaml.steps.child import main
main()
"""


def command() -> tuple[str, ...]:
    """Return the command line of the process."""
    return (sys.executable, "-P", "-u", "-c", _BOOT, json.dumps(sys.path))


def main() -> None:
    reply_to = int(os.environ.pop(processes.REPLY))
    os.set_inheritable(reply_to, False)
    request = json.load(sys.stdin)
    reply = answer(request["name"], request["inputs"])
    with os.fdopen(reply_to, "w", encoding="utf-8") as stream:
        json.dump(reply, stream)
    sys.exit(0 if "outputs" in reply else 1)


def answer(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run the step, and return its outputs and final directory, or its failure."""
    directory = Path.cwd()
    sys.path.insert(0, str(directory))
    context = StepContext(directory, os.environ, _to(sys.stdout), _to(sys.stderr))
    try:
        outputs = outputs_of(call(find_step(name).load(directory), inputs, context), name)
    except SyntaskError as error:
        return {"detail": error.detail, "hint": error.hint}
    except (Exception, SystemExit) as error:  # noqa: BLE001  (whatever a user's function raises)
        for line in own_traceback(error):
            context.write_error(line)
        return {"detail": f"`{name}` raised {words(error)}", "hint": ""}
    moved = context.directory if context.directory != directory else Path.cwd()
    return {"outputs": outputs, "directory": str(moved)}


def _to(stream: TextIO) -> Callable[[str], None]:
    return lambda line: print(line, file=stream)
