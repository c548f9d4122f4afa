"""Names of steps, and the functions that they mean."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.steps.registry import StepDefinition, find_step, forget_installed


@pytest.fixture(name="plugin")
def _plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package with an entry point `publish_docs`."""
    info = tmp_path / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[syntask.steps]\npublish_docs = plugin_steps:publish\n", encoding="utf-8"
    )
    (tmp_path / "plugin_steps.py").write_text("def publish(*, site: str): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    forget_installed()
    yield tmp_path
    forget_installed()


@pytest.mark.parametrize(
    "name",
    [
        "syntask.deployments.steps.git_clone",
        "prefect.deployments.steps.git_clone",
        "prefect.deployments.steps.pull.git_clone",
        "prefect.projects.steps.git_clone",
        "prefect.projects.steps.git_clone_project",
    ],
)
def test_every_spelling_of_a_builtin(name: str) -> None:
    """All of them reach the same function."""
    definition = find_step(name)

    assert definition.builtin is BUILTINS["git_clone"]
    assert (definition.module, definition.attribute) == ("syntask_yaml.steps.git.clone", "git_clone")


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_builtin_has_a_home(name: str) -> None:
    """There is a module for each built-in step, whether it is installed or not."""
    definition = find_step(BUILTINS[name].full_name("prefect"))

    assert definition.module.startswith("syntask_yaml.steps.")


@pytest.mark.parametrize(
    ("name", "module", "attribute"),
    [
        ("team.steps.build", "team.steps", "build"),
        ("team.steps:build", "team.steps", "build"),
        ("team.steps:Maker.build", "team.steps", "Maker.build"),
        ("steps.py:build", "steps.py", "build"),
        ("tools/my-steps.py:build", "tools/my-steps.py", "build"),
        ("publish_docs", "plugin_steps", "publish"),
    ],
)
@pytest.mark.usefixtures("plugin")
def test_names_of_custom_steps(name: str, module: str, attribute: str) -> None:
    """A dotted name, a name with a colon, a file, and an entry point."""
    assert find_step(name) == StepDefinition(name, module, attribute)


@pytest.mark.parametrize(
    ("name", "detail", "hint"),
    [
        ("prefect.deployments.steps.get_clone", "built-in step `get_clone` does not exist", "`git_clone`"),
        (
            "prefect.deployments.steps.push_to_s3",
            "The step `prefect.deployments.steps.push_to_s3` does not exist",
            "`prefect_aws.deployments.steps.push_to_s3`",
        ),
        ("git_clon", "`git_clon` is not a step", "`git_clone`"),
        ("publish_doc", "is not a step", "`publish_docs`"),
        ("python", "is not a step", "`package.module.function`"),
        ("team.steps.", "is not a step", "package.module.function"),
        ("team steps:x", "is not a step", "package.module.function"),
        ("", "is not a step", "package.module.function"),
    ],
)
@pytest.mark.usefixtures("plugin")
def test_names_that_are_none(name: str, detail: str, hint: str) -> None:
    """The nearest name is offered."""
    with pytest.raises(NotFound, match=detail) as caught:
        find_step(name)

    assert hint in caught.value.hint


def test_an_entry_point_is_loaded(plugin: Path, tmp_path: Path) -> None:
    """What a package offers is a step like any other."""
    assert find_step("publish_docs").load(tmp_path).__name__ == "publish"
    assert str(plugin) in sys.path


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("no_such_package.steps.go", "The module `no_such_package`"),
        ("steps_for_registry.gone", "no function `gone`"),
        ("steps_for_registry.LIMIT", "is not a function"),
        ("none.py:go", "The file .* of a step does not exist"),
    ],
)
def test_what_cannot_be_loaded(tmp_path: Path, name: str, detail: str) -> None:
    """Which part is missing is said."""
    (tmp_path / "steps_for_registry.py").write_text("LIMIT = 3\ndef gone_by(): ...\n", encoding="utf-8")
    with pytest.raises(NotFound, match=detail):
        find_step(name).load(tmp_path)

    assert str(tmp_path) not in sys.path


def test_a_builtin_imports_its_library_only_when_it_runs() -> None:
    """Finding `git_clone` loads neither GitPython nor the module of the step."""
    code = (
        "import sys; from syntask_yaml.steps.registry import find_step; "
        "find_step('prefect.deployments.steps.git_clone'); "
        "print('git' in sys.modules, 'syntask_yaml.steps.git.clone' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    shown = subprocess.check_output([sys.executable, "-c", code], cwd=root, text=True)

    assert shown.split() == ["False", "False"]
