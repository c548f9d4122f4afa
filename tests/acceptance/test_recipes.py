"""Each recipe of `init` makes a project that is valid, and can be planned."""

from __future__ import annotations

import json

import pytest

from syntask_yaml.operations.init import recipes
from tests.support.console import Console

FLOW = "from syntask import flow\n\n\n@flow\ndef etl(count: int = 1): ...\n"


def init(console: Console, recipe: str, **fields: str) -> str:
    """Make a project of the recipe, with every field that it asks for; what the command said."""
    (console.directory / "flows.py").write_text(FLOW, encoding="utf-8")
    given = {**{field: f"my-{field.replace('_', '-')}" for field in recipes()[recipe].fields}, **fields}
    options = " ".join(f"--field {key}={value}" for key, value in given.items())
    done = console.run(f"syntask init --recipe {recipe} {options}")
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("recipe", sorted(recipes()))
def test_a_recipe_is_a_sound_project(console: Console, recipe: str) -> None:
    """Valid to the last warning, with an entry for the flow that is there; nothing unknown but images."""
    init(console, recipe)
    checked = console.run("syntask validate --strict --output json")
    planned = console.run("syntask plan --output json 2> /dev/null")

    assert json.loads(checked.stdout) == {"format": "syntask.validate/1", "valid": True, "diagnostics": []}
    assert json.loads(planned.stdout)["summary"]["create"] == 1
    assert "@" not in (console.directory / "syntask.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("recipe", sorted(recipes()))
def test_a_recipe_that_copies_code_says_which_stays(console: Console, recipe: str) -> None:
    """An ignore file comes with it, unless there is one."""
    is_copied = any(store in recipe for store in ("s3", "gcs", "azure"))
    if not is_copied:
        init(console, recipe)
        assert not (console.directory / ".syntaskignore").exists()
        return
    (console.directory / ".prefectignore").touch()
    init(console, recipe)
    assert not (console.directory / ".syntaskignore").exists()
    (console.directory / ".prefectignore").unlink()
    (console.directory / "syntask.yaml").unlink()
    init(console, recipe)
    assert "__pycache__/" in (console.directory / ".syntaskignore").read_text(encoding="utf-8")


def test_a_project_file_holds_no_path_of_the_machine(console: Console) -> None:
    """It is the same in every checkout; without `pull`, the folder it is deployed from counts."""
    init(console, "local")
    planned = json.loads(console.run("syntask plan --output json 2> /dev/null").stdout)
    (pull,) = (each["after"] for each in planned["changes"][0]["fields"] if each["path"] == "pull")

    assert str(console.directory) not in (console.directory / "syntask.yaml").read_text(encoding="utf-8")
    assert str(console.directory) in json.dumps(pull)
