"""What people install: the wheel, and the demonstration, from a copy of what git has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real

# What an environment, and a `make` that runs these tests, hand down.
_OF_THE_CALLER = ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    """The files of the repository as they are now, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    copy = tmp_path / "checkout"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def _run(*argv: str, cwd: Path) -> str:
    environ = {key: value for key, value in os.environ.items() if key not in _OF_THE_CALLER}
    done = subprocess.run(
        argv, cwd=cwd, env=environ, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_what_the_package_needs(checkout: Path, tmp_path: Path) -> None:
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), ".", cwd=checkout)

    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())

    wanted = {
        f"syntask_yaml/{file.relative_to(checkout)}" for file in _files(checkout, "schemas", "templates")
    }
    wanted |= {str(file.relative_to(checkout)) for file in _files(checkout, "syntask", "syntask_yaml")}
    assert wanted - held == set()
    assert {name.split("/")[0] for name in held if ".dist-info" not in name} == {"syntask", "syntask_yaml"}


def _files(root: Path, *folders: str) -> list[Path]:
    found = (file for folder in folders for file in (root / folder).rglob("*"))
    return [file for file in found if file.is_file() and "__pycache__" not in file.parts]


def test_make_demo_deploys_the_example_and_shows_what_its_flows_printed(checkout: Path) -> None:
    printed = _run("make", "demo", f"PYTHON={sys.executable}", cwd=checkout)

    assert "2 created" in printed
    assert "No changes" in printed
    assert printed.count("Completed") == 2
    assert [line.endswith("Hello, team!") for line in printed.splitlines()[-4:]] == [False, True, True, True]
