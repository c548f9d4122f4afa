"""`requires`: what is missing, and what becomes of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.step import Step
from syntask_yaml.steps import requirements
from syntask_yaml.steps.base import Policy, StepFailedAt
from syntask_yaml.steps.requirements import missing_requirements
from tests.unit.steps.conftest import Bench

BUILD = "prefect_docker.deployments.steps.build_docker_image"


@pytest.fixture(autouse=True)
def _distributions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages with versions and extras, as they lie in an environment."""
    site = tmp_path / "site"
    wheel = 'Requires-Dist: base-thing\nRequires-Dist: extra-thing>=2; extra == "more"\n'
    wheel += 'Requires-Dist: missing-thing; extra == "most"\nProvides-Extra: more\nProvides-Extra: most\n'
    wheel += 'Requires-Dist: whole-thing[most]; extra == "all"\nProvides-Extra: all\n'
    for name, version, more in (
        ("whole-thing", "1.5.0", wheel),
        ("extra-thing", "2.0rc1", ""),
        ("Odd.Name_here", "3", ""),
    ):
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"
        (folder / "METADATA").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))


@pytest.mark.parametrize(
    ("requirement", "is_missing"),
    [
        ("whole-thing", False),
        ("Whole_Thing", False),
        ("odd-name-here", False),
        ("whole-thing>=1.2,<2", False),
        ("whole-thing~=1.5", False),
        ("whole-thing==1.5.*", False),
        ("whole-thing>=1.10", True),
        ("whole-thing<1", True),
        ("extra-thing>=1", False),
        ("no-such-package-of-syntask", True),
        ("no-such-package-of-syntask; python_version < '3'", False),
        ("whole-thing[more]", True),
        ("whole-thing[most]", True),
        ("whole-thing[all]>=1", True),
        ("whole-thing @ https://example.com/whole.whl", False),
    ],
)
def test_what_is_missing(requirement: str, is_missing: bool) -> None:
    """Names as pip compares them, versions, extras and markers count."""
    missing = missing_requirements(Step("own.step", {}, requires=(requirement,)))

    assert bool(missing) is is_missing


def test_an_extra_that_is_installed(tmp_path: Path) -> None:
    """An extra is there when what it needs is."""
    folder = tmp_path / "site" / "extra_thing-2.0rc1.dist-info"
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: extra-thing\nVersion: 2.1\n", encoding="utf-8"
    )

    assert missing_requirements(Step("own.step", {}, requires=("whole-thing[more]",))) == ()


@pytest.mark.parametrize(
    "requirement",
    [
        "prefect-docker>=0.3.1",
        "prefect-azure[blob_storage]>=0.2.8",
        "syntask_docker",
        "prefect>=2",
        "prefect-aws",
    ],
)
def test_builtin_steps_need_nothing_of_prefects(requirement: str) -> None:
    """The packages that hold these steps elsewhere are not needed for ours."""
    assert missing_requirements(Step(BUILD, {}, requires=(requirement,))) == ()


def test_a_builtin_step_may_require_something_else() -> None:
    """What has no built-in counterpart counts."""
    step = Step(BUILD, {}, requires=("prefect-docker", "no-such-package-of-syntask>1"))

    assert missing_requirements(step) == ("no-such-package-of-syntask>1",)


@pytest.mark.parametrize("text", ["--index-url=https://example.com", "-r all.txt", "a b", ""])
def test_what_is_no_requirement(text: str) -> None:
    """An option of pip is refused like any other text that is no requirement."""
    with pytest.raises(StepFailed, match="not a valid pip requirement"):
        missing_requirements(Step("own.step", {}, requires=(text,)))


def test_missing_requirements_fail_the_step(bench: Bench) -> None:
    """They are named, with the option that installs them; nothing is installed in silence."""
    bench.write("own.py", "def go(): ...\n")
    step = Step("own.py:go", {}, requires=("no-such-package-of-syntask>=1", "pytest"))
    with pytest.raises(StepFailedAt, match="`no-such-package-of-syntask>=1`, which") as caught:
        bench.run(step)

    assert "--install-requirements" in caught.value.hint
    assert "`pytest`" not in caught.value.detail


def _wheel(folder: Path) -> None:
    """A package `tiny_of_syntask` that pip can install without a network."""
    info = "tiny_of_syntask-1.0.dist-info"
    files = {
        "tiny_of_syntask.py": "def go():\n    return {'answer': 42}\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-of-syntask\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / "tiny_of_syntask-1.0-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_missing_requirements_are_installed_when_asked(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip installs them, shows its output, and the step runs."""
    target = tmp_path / "target"
    target.mkdir()
    _wheel(bench.directory)
    monkeypatch.syspath_prepend(str(target))
    own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(bench.directory), "PIP_TARGET": str(target)}
    bench.context.environ = {**bench.context.environ, **own}
    step = Step("tiny_of_syntask.go", {}, requires=("tiny-of-syntask>=1",))

    outputs = bench.run(step, policy=Policy(install_requirements=True))

    assert outputs == {"answer": 42}
    assert any("Successfully installed" in line for line in bench.lines)
    assert requirements.missing_requirements(step) == ()


def test_what_cannot_be_installed_fails_the_step(bench: Bench) -> None:
    """The failure of pip is the failure of the step."""
    bench.context.environ = {**bench.context.environ, "PIP_NO_INDEX": "1"}
    step = Step("tiny.go", {}, requires=("no-such-package-of-syntask",))
    with pytest.raises(StepFailedAt, match="pip exited with code 1"):
        bench.run(step, policy=Policy(install_requirements=True))
