"""Inputs against signatures that are read from source, without running it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown
from syntask_yaml.steps.inputs import InputProblem, check_inputs


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A project whose modules would fail if anybody ran them."""
    write(tmp_path, "pkg/__init__.py", "raise RuntimeError('run')\nfrom pkg.inner import build as make\n")
    write(
        tmp_path,
        "pkg/inner.py",
        """
        from functools import lru_cache
        from other import decorate
        from .deep.far import far as near
        from .deep import *

        raise RuntimeError("run")
        """,
    )
    write(
        tmp_path,
        "steps.py",
        """
        from typing import Any, Optional, Union
        import typing as t
        from functools import lru_cache
        from pkg.deep.far import far
        from pkg.deep import far as whole
        from nowhere import build as elsewhere
        import pkg.deep

        raise RuntimeError("run")

        def build(tag, *, number: int = 1, text: str = None, items: list[str] = (), flag: bool = False): ...
        async def later(name: "str | None", size: Optional[int] = None, either: Union[str, list] = ""): ...
        def any(**inputs): ...
        def context_first(context, one: t.List[str], rest: Any = 1): ...
        def positional(one, /, two): ...
        def typed(ratio: float, table: dict[str, int], own: Own, quoted: "not valid("): ...
        @lru_cache(maxsize=3)
        def cached(one): ...
        @pkg.deep.decorate
        def decorated(one): ...
        if True:
            def inside(one): ...
        else:
            inside = None
        made = build
        class Maker:
            def build(self, one): ...
        """,
    )
    write(tmp_path, "pkg/deep/far.py", "from ..near import far\n")
    write(tmp_path, "pkg/near.py", "def far(distance: int): ...\n")
    write(tmp_path, "starred.py", "from pkg.near import *\n")
    write(tmp_path, "broken.py", "def go(:\n")
    write(tmp_path, "tools/own-steps.py", "def go(one): ...\n")
    return tmp_path


def write(root: Path, name: str, source: str) -> None:
    """Write a module."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(dedent(source), encoding="utf-8")


def codes(root: Path, name: str, inputs: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The problems of a step, briefly."""
    problems = check_inputs(Step(name, inputs), root)
    return [(problem.code, problem.input_name) for problem in problems]


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("steps.build", {"tag": 1}, []),
        ("steps:build", {"tag": None, "number": 2, "text": None, "items": [], "flag": True}, []),
        ("steps.build", {}, [("missing-input", "tag")]),
        ("steps.build", {"tg": 1}, [("unknown-input", "tg"), ("missing-input", "tag")]),
        ("steps.build", {"tag": 1, "number": "two"}, [("wrong-input", "number")]),
        ("steps.build", {"tag": 1, "number": True}, [("wrong-input", "number")]),
        ("steps.build", {"tag": 1, "number": None}, [("wrong-input", "number")]),
        ("steps.build", {"tag": 1, "number": "{{ $N }}"}, []),
        ("steps.build", {"tag": 1, "number": Unknown("n")}, []),
        ("steps.build", {"tag": 1, "text": 1.5}, [("wrong-input", "text")]),
        ("steps.build", {"tag": 1, "text": Secret("a")}, []),
        ("steps.build", {"tag": 1, "items": "one"}, [("wrong-input", "items")]),
        ("steps.build", {"tag": 1, "flag": "yes"}, [("wrong-input", "flag")]),
        ("steps.later", {"name": None, "size": None, "either": ["a"]}, []),
        ("steps.later", {"name": 1, "size": "a", "either": {}},
         [("wrong-input", "name"), ("wrong-input", "size"), ("wrong-input", "either")]),
        ("steps.any", {"whatever": 1}, []),
        ("steps.context_first", {"one": []}, []),
        ("steps.context_first", {"one": [], "context": "."}, []),
        ("steps.context_first", {"one": "a"}, [("wrong-input", "one")]),
        ("steps.positional", {"two": 1}, []),
        ("steps.typed", {"ratio": 1, "table": {}, "own": 1, "quoted": 1}, []),
        ("steps.typed", {"ratio": "1", "table": [], "own": 1, "quoted": 1},
         [("wrong-input", "ratio"), ("wrong-input", "table")]),
        ("steps.cached", {}, [("missing-input", "one")]),
        ("steps.decorated", {}, []),
        ("steps.made", {}, [("missing-input", "tag")]),
        ("steps:Maker.build", {}, []),
        ("steps.elsewhere", {}, []),
        ("steps.inside", {"two": 1}, [("unknown-input", "two"), ("missing-input", "one")]),
        ("steps.far", {"distanc": 1}, [("unknown-input", "distanc"), ("missing-input", "distance")]),
        ("pkg.deep.far.far", {"distance": "a"}, [("wrong-input", "distance")]),
        ("pkg.make", {}, []),
        ("pkg.near:far", {"distance": 1}, []),
        ("starred.far", {}, [("missing-input", "distance")]),
        ("starred.whatever", {}, [("unknown-step", None)]),
        ("broken.go", {}, []),
        ("math.sqrt", {}, []),
        ("tools/own-steps.py:go", {}, [("missing-input", "one")]),
        ("steps.biuld", {}, [("unknown-step", None)]),
        ("stepz.build", {}, [("unknown-step", None)]),
        ("pkg.gone.build", {}, [("unknown-step", None)]),
        ("gone.py:build", {}, [("unknown-step", None)]),
        ("nothing", {}, [("unknown-step", None)]),
        ("prefect.deployments.steps.git_clone", {"nonsense": 1}, []),
    ],
)  # fmt: skip
def test_problems_of_a_step(
    root: Path, name: str, inputs: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    """What the source tells is told; where it does not tell, nothing is said."""
    assert codes(root, name, inputs) == expected


def test_words_of_the_problems(root: Path) -> None:
    """Each says what is wrong, and offers the nearest name or the way to write it."""
    problems = check_inputs(Step("steps.build", {"tagg": 1, "text": 1, "number": "1"}), root)

    assert problems == (
        InputProblem("unknown-input", "`steps.build` has no input `tagg`.", "Did you mean `tag`?", "tagg"),
        InputProblem(
            "wrong-input",
            "`text` is a whole number; expected text.",
            'Quote it: "1".',
            "text",
        ),
        InputProblem("wrong-input", "`number` is text; expected a whole number.", "", "number"),
        InputProblem(
            "missing-input", "`steps.build` requires the input `tag`.", "Add `tag:` to the step.", "tag"
        ),
    )
    assert "Did you mean `build`?" in check_inputs(Step("steps.biuld", {}), root)[0].hint


def test_a_package_that_would_be_installed_is_not_missed(root: Path) -> None:
    """A step of a package in `requires` is looked at once that is installed."""
    step = Step("their.steps.go", {}, requires=("no-such-package-of-syntask>=1",))

    assert check_inputs(step, root) == ()


def test_a_file_that_changed_is_read_again(root: Path) -> None:
    """A long-lived process sees the file as it is."""
    assert codes(root, "tools/own-steps.py:go", {"one": 1}) == []
    write(root, "tools/own-steps.py", "def go(one, two): ...  # longer\n")
    assert codes(root, "tools/own-steps.py:go", {"one": 1}) == [("missing-input", "two")]


class _Editable:
    """Finds a package where it is developed, as an editable install does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        file = self._folder / "__init__.py"
        if name != "editable_of_syntask":
            return None
        return spec_from_file_location(name, file, submodule_search_locations=[str(self._folder)])


def test_modules_that_other_finders_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editable install is read like any package; a module of the interpreter has nothing to read."""
    write(tmp_path, "src/__init__.py", "raise RuntimeError('run')\n")
    write(tmp_path, "src/inner.py", "def go(one): ...\n")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, _Editable(tmp_path / "src")])

    assert codes(tmp_path, "editable_of_syntask.inner.go", {}) == [("missing-input", "one")]
    assert codes(tmp_path, "sys.exit", {"whatever": 1}) == []
    assert codes(tmp_path, "sys.path.append", {}) == []
