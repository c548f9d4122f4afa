"""Loading flows in a process of their own, for what their source does not tell."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from syntask_yaml.project.flows.loading import Loader, LoadResult
from tests.unit.project.flows.conftest import Project
from tests.unit.project.flows.declarations import UNKNOWN, source
from tests.unit.project.flows.judge import judged
from tests.unit.project.flows.signatures import PRELUDE

NUMBERS = range(len(UNKNOWN))
CASES = list(UNKNOWN.values())


@pytest.fixture(name="answers", scope="module")
def _answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, LoadResult]:
    root = tmp_path_factory.mktemp("unknown")
    for number in NUMBERS:
        (root / f"case_{number}.py").write_text(source(CASES[number], PRELUDE), encoding="utf-8")
    imports = "".join(f"from case_{number} import f as f{number}\n" for number in NUMBERS)
    (root / "everything.py").write_text(imports, encoding="utf-8")
    names = [f"f{number}" for number in NUMBERS]
    return Loader(root, sys.executable, 60).load(root / "everything.py", None, names)


@pytest.mark.parametrize("number", NUMBERS, ids=UNKNOWN)
def test_what_the_source_does_not_tell_is_told_by_the_loaded_function(
    number: int, answers: Mapping[str, LoadResult]
) -> None:
    answer = answers[f"f{number}"]

    assert answer.error == ""
    assert judged(source(CASES[number], PRELUDE), module_name=f"case_{number}") == answer.schema


def load(project: Project, *names: str, timeout: float = 30) -> Mapping[str, LoadResult]:
    return Loader(project.root, sys.executable, timeout).load(project.root / "flows.py", None, names)


_LAZY = pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are evaluated at once")


@pytest.mark.parametrize("head", ["from __future__ import annotations", pytest.param("", marks=_LAZY)])
def test_a_type_that_is_there_for_checkers_only_is_anything(project: Project, head: str) -> None:
    code = f"""
        {head}
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from decimal import Decimal

        def f(n: int, x: Decimal | None = None): ...
    """
    project.write("flows.py", code)
    answer = load(project, "f")["f"]

    assert (answer.error, answer.schema is not None) == ("", True)
    assert answer.schema is not None
    assert [each.get("type") for each in answer.schema["properties"].values()] == ["integer", None]


def test_a_flow_says_how_it_is_called(project: Project) -> None:
    project.write(
        "flows.py",
        """
        import prefect, syntask

        @prefect.flow(name="of " + "prefect".title(), description="Moves.", version="3")
        def first(): ...

        @syntask.flow(name="of syntask")
        def second(): "Documented."
        """,
    )

    answers = load(project, "first", "second")

    assert (
        answers["first"].name,
        answers["first"].description,
        answers["first"].version,
    ) == ("of Prefect", "Moves.", "3")
    assert answers["second"].name == "of syntask"


def test_a_flow_without_a_schema_says_how_it_is_called_all_the_same(project: Project) -> None:
    project.write("pydantic.py", "raise ImportError('there is no pydantic here')")
    project.write(
        "flows.py",
        """
        from syntask import flow

        @flow(name="load orders")
        def f(x: int): ...
        """,
    )

    answer = load(project, "f")["f"]

    assert (answer.name, answer.schema) == ("load orders", None)
    assert answer.error == "generating its schema failed with ImportError: there is no pydantic here"


def test_what_is_loaded_sees_no_secrets(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "PREFECT_API_KEY",
        "PREFECT_API_URL",
        "SYNTASK_API_KEY",
        "DATABASE",
    ):
        monkeypatch.setenv(name, "sesame")
    monkeypatch.setenv("LC_NUMERIC", "C")
    project.write("flows.py", "import os\ndef f(seen=sorted(os.environ)): ...\n")

    schema = load(project, "f")["f"].schema

    assert schema is not None
    seen = schema["properties"]["seen"]["default"]
    assert {"PATH", "LC_NUMERIC"} <= set(seen)
    assert not [name for name in seen if "KEY" in name or "URL" in name or name == "DATABASE"]


def test_descriptions_come_from_the_documentation(project: Project) -> None:
    project.write(
        "flows.py",
        """
        def f(x: int):
            '''Do it.

            Args:
                x: How often.
            '''
        """,
    )

    schema = load(project, "f")["f"].schema

    assert schema is not None
    assert schema["properties"]["x"]["description"] == "How often."


def test_what_a_file_writes_to_the_terminal_is_not_seen(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write("flows.py", "import sys\nprint('out')\nprint('err', file=sys.stderr)\ndef f(): ...\n")

    assert load(project, "f")["f"].error == ""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no\\nsecond line')", "loading the module failed with ValueError: no"),
        (
            "import not_there_at_all",
            "loading the module failed with ModuleNotFoundError: No module named 'not_there_at_all'",
        ),
        ("raise SystemExit(3)", "loading the module failed with SystemExit: 3"),
        ("raise KeyboardInterrupt", "loading the module failed with KeyboardInterrupt"),
        ("import os; os._exit(0)", "the process ended without a result while it loaded the module"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "the process ended without a result while it loaded the module",
        ),
        ("def f(_x): ...", "generating its schema failed with PydanticUserError"),
        ("", "the loaded module has no `f`"),
    ],
)
def test_why_loading_fails_is_said(code: str, said: str, project: Project) -> None:
    project.write("flows.py", code)

    answer = load(project, "f")["f"]

    assert said in answer.error
    assert answer.schema is None


def test_loading_ends_in_time_with_all_that_it_started(project: Project) -> None:
    alive = project.root / "alive"
    project.write(
        "flows.py",
        f"""
        import os, time

        if os.fork() == 0:
            while True:
                open({str(alive)!r}, "a").write(".")
                time.sleep(0.01)
        time.sleep(60)
        """,
    )
    started = time.monotonic()

    answer = load(project, "f", timeout=1)["f"]

    assert answer.error == "loading the module took longer than 1 s"
    assert time.monotonic() - started < 20
    size = alive.stat().st_size
    time.sleep(0.2)
    assert alive.stat().st_size == size


def test_a_python_that_is_not_there_is_said(project: Project) -> None:
    project.write("flows.py", "def f(): ...")

    answer = Loader(project.root, "/no/such/python", 5).load(project.root / "flows.py", None, ["f"])["f"]

    assert answer.error == "cannot start Python: No such file or directory"


def test_a_python_without_pydantic_is_said(project: Project) -> None:
    project.write("pydantic.py", "raise ImportError('there is no pydantic here')")
    project.write("flows.py", "def f(x: int): ...")

    answer = load(project, "f")["f"]

    assert answer.error == "generating its schema failed with ImportError: there is no pydantic here"


def test_a_file_called_like_a_module_of_python_is_loaded_under_another_name(project: Project) -> None:
    project.write("json.py", "import json as own\nX = own.dumps\ndef f(x: int): ...\n")

    answer = Loader(project.root, sys.executable, 30).load(project.root / "json.py", None, ["f"])["f"]

    assert answer.error == ""


def test_a_module_of_a_package_is_imported_by_its_name(project: Project) -> None:
    project.write("package/__init__.py", "")
    project.write("package/other.py", "TYPES = {'a': int}")
    path = project.write("package/flows.py", "from .other import TYPES\ndef f(x: TYPES['a']): ...\n")

    answer = Loader(project.root, sys.executable, 30).load(path, "package.flows", ["f"])["f"]

    assert answer.schema is not None
    assert answer.schema["properties"]["x"]["type"] == "integer"


def test_loading_leaves_nothing_behind(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    project.write("other.py", "")
    project.write("flows.py", "import other\ndef f(): ...\n")
    before = sorted(tmp_path.rglob("*"))

    assert load(project, "f")["f"].error == ""
    assert sorted(tmp_path.rglob("*")) == before
