"""A new built-in step is one file: everything else is made from it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.console import Console

ROOT = Path(__file__).parents[2]

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


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Console:
    """A directory with the project, where `syntask` is a copy of the package to which the file was added."""
    package = tmp_path / "package"
    for folder in ("syntask", "syntask_yaml", "schemas", "templates", "docs"):
        shutil.copytree(ROOT / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "syntask_yaml" / "steps" / "greeting.py").write_text(_STEP, encoding="utf-8")
    console = Console(tmp_path / "work", tmp_path / "home", {"PYTHONPATH": str(package)})
    environ = console.environment()
    subprocess.run([sys.executable, "docs/generate.py"], cwd=package, env=environ, check=True)
    console.directory.mkdir()
    console.home.mkdir()
    (console.directory / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    flow = "from syntask import flow\n\n\n@flow\ndef hello():\n    pass\n"
    (console.directory / "flows.py").write_text(flow, encoding="utf-8")
    return console


def test_a_new_step_is_known_and_run(console: Console, tmp_path: Path) -> None:
    """By its name and by its alias, with what its signature says of its inputs."""
    deployed = console.run("syntask deploy --all --yes")

    assert deployed.returncode == 0, deployed.stdout
    assert "Greeted world" in deployed.stdout
    assert "greeting.txt" in console.run("syntask deployment inspect hello/one").stdout
    assert (console.directory / "greeting.txt").read_text(encoding="utf-8") == "HELLO WORLD"

    wrong = _PROJECT.replace("write_greeting", "greet").replace("loud: true", "loud: often\n      to: me")
    (console.directory / "syntask.yaml").write_text(wrong, encoding="utf-8")
    validated = console.run("syntask validate")

    assert validated.returncode != 0
    assert "`loud` is the text `often`; expected is true or false." in validated.stdout
    assert "`to` is no key of" in validated.stdout
    page = (tmp_path / "package" / "docs" / "reference.md").read_text(encoding="utf-8")
    assert "| `loud` | true or false | `false` | Whether it is shouted. | `true` |" in page
