"""The step `pip_install_requirements`, and pip for the requirements of other steps."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from syntask_yaml import processes
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.program import check_exit, run_program


@step("pip_install_requirements", outputs=("stdout", "stderr"), on_stock_workers=True)
def pip_install_requirements(
    context: StepContext,
    *,
    directory: str | None = None,
    requirements_file: str = "requirements.txt",
    stream_output: bool = True,
) -> Outputs:
    """Install Python packages with pip.

    Args:
        directory: The directory of the requirements file. Default: the current directory.
            Example: `{{ clone.directory }}`.
        requirements_file: The requirements file. Example: `requirements/flows.txt`.
        stream_output: Whether to show the output while the step runs. Example: `false`.
    """
    where = context.directory / (directory or ".")
    if not (where / requirements_file).is_file():
        hint = "Fix `requirements_file`, or set `directory` to its directory."
        raise StepFailed(f"The file `{where / requirements_file}` does not exist.", hint=hint)
    inside = StepContext(where, context.environ, context.write, context.write_error, context.stop)
    finished = pip_install(("-r", requirements_file), inside, shows=stream_output)
    return {"stdout": finished.stdout.strip(), "stderr": finished.stderr.strip()}


def pip_install(arguments: Sequence[str], context: StepContext, *, shows: bool = True) -> processes.Finished:
    """Run `pip install` for this interpreter. Raises StepFailed if it fails."""
    finished = run_program((sys.executable, "-m", "pip", "install", *arguments), context, shows=shows)
    check_exit("pip", finished)
    return finished
