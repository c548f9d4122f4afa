"""The step `set_working_directory`."""

from __future__ import annotations

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step


@step("set_working_directory", outputs=("directory",), on_stock_workers=True)
def set_working_directory(context: StepContext, *, directory: str) -> Outputs:
    """Change the working directory of later steps and the flow.

    Args:
        directory: The directory. Example: `{{ clone.directory }}`.
    """
    target = context.directory / directory
    if not target.is_dir():
        what = "is not a directory" if target.exists() else "does not exist"
        hint = "Relative directories start at the working directory of the previous steps."
        raise StepFailed(f"`{directory}` {what} (relative to `{context.directory}`).", hint=hint)
    context.directory = target.resolve()
    return {"directory": str(context.directory)}
