"""A new built-in step is one file: everything else is made from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.package_copy import PackageCopy

_STEP = '''
"""The step `write_greeting`."""

from __future__ import annotations

from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step


@step("write_greeting", outputs=("file",), aliases=("greet",))
def write_greeting(context: StepContext, *, name: str, loud: bool = False) -> Outputs:
    """Write a greeting to a file.

    Args:
        name: Who is greeted. Example: `world`.
        loud: Whether it is shouted. Example: `true`.
    """
    text = f"hello {name}"
    (context.directory / "greeting.txt").write_text(text.upper() if loud else text, encoding="utf-8")
    context.write(f"Greeted {name}")
    return {"file": "greeting.txt"}
'''

_PROJECT = """
deployments:
- name: one
  entrypoint: flows.py:hello
  tags: ["{{ greeting.file }}"]
  build:
  - syntask.deployments.steps.write_greeting:
      id: greeting
      name: world
      loud: true
"""


def test_a_new_step_is_known_and_run(tmp_path: Path) -> None:
    """By its name and by its alias, with what its signature says of its inputs."""
    package = PackageCopy(tmp_path)
    package.write("syntask_yaml/steps/greeting.py", _STEP)
    environ = package.console.environment()
    subprocess.run([sys.executable, "docs/generate.py"], cwd=package.path, env=environ, check=True)
    package.declare(_PROJECT)

    assert "Greeted world" in package.run("syntask deploy --all --yes")
    assert "greeting.txt" in package.run("syntask deployment inspect hello/one")
    greeting = (package.console.directory / "greeting.txt").read_text(encoding="utf-8")
    assert greeting == "HELLO WORLD"

    package.declare(
        _PROJECT.replace("write_greeting", "greet").replace("loud: true", "loud: often\n      to: me")
    )
    validated = package.run("syntask validate", code=1)
    assert "`loud` is the text `often`; expected true or false." in validated
    assert "has no input `to`" in validated
    page = (package.path / "docs" / "reference.md").read_text(encoding="utf-8")
    assert "| `loud` | true or false | `false` | Whether it is shouted. | `true` |" in page
