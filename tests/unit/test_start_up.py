"""What loads when: commands that are asked often load little."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.git_repository import Repository
from tests.support.processes import clean_environ

ROOT = Path(__file__).parents[2]
HEAVY = (
    "asyncio concurrent.futures croniter cryptography dateutil docker email.message fsspec git httpx jinja2 "
    "jsonschema jsonschema_rs prefect prompt_toolkit pydantic questionary rich sqlite3 ssl starlette uvicorn "
    "yaml"
).split()
_OF_COMMITS = ("operations.changed", "project.revisions", "pysource.import_graph")
# What a project that is sound, in one file and without resources or steps, has no use for.
_OF_PROBLEMS = "messages model.recurrence_words project.agent_files project.explain".split()
_OF_SELECTIONS = "operations.change_reason operations.facets project.filters".split()
_OF_LAYERS = ("document.layers", "project.composition.compose")
_OF_STEPS = "operations.forecasts operations.saved steps.pipelines steps.registry steps.runner".split()
_SHOP = "name: shop\ndeployments: [{name: a, entrypoint: 'flows.py:load', work_pool: {name: default}}]\n"
_RUN = """
import sys
from syntask_yaml.cli.main import run
sys.argv = ["syntask", *{arguments!r}]
try:
    run()
except SystemExit as end:
    code = end.code or 0
print("loaded:", *sys.modules)
raise SystemExit(code)
"""


def modules_after(*arguments: str) -> set[str]:
    """The modules that are loaded when the command with *arguments* ends."""
    code = _RUN.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("schema",)], ids=" ".join)
def test_help_loads_click_and_little_else(arguments: tuple[str, ...]) -> None:
    loaded = modules_after(*arguments)

    assert "click" in loaded
    assert loaded.intersection(HEAVY) == set()


def test_a_validation_loads_neither_git_nor_logs() -> None:
    loaded = modules_after("-C", "examples/hello", "validate")

    assert {"yaml", "jsonschema_rs", "syntask_yaml.project.load"} <= loaded
    assert loaded.isdisjoint({"hashlib", "logging", "secrets"})
    unused = (*_OF_COMMITS, *_OF_PROBLEMS, *_OF_SELECTIONS, *_OF_LAYERS, "model.deployment", "model.block")
    assert loaded.isdisjoint(f"syntask_yaml.{name}" for name in unused)


def test_a_plan_in_a_repository_asks_git_without_its_library(tmp_path: Path) -> None:
    """Importing that takes longer than anything else a small plan does."""
    Repository(tmp_path / "shop").commit(**{"syntask.yaml": _SHOP, "flows.py": "def load(): ...\n"})
    loaded = modules_after("-C", str(tmp_path / "shop"), "plan")

    assert "syntask_yaml.project.repository" in loaded
    assert "git" not in loaded
    unused = (*_OF_COMMITS, *_OF_PROBLEMS, *_OF_SELECTIONS, *_OF_LAYERS, *_OF_STEPS)
    assert loaded.isdisjoint(f"syntask_yaml.{name}" for name in unused)


def test_a_command_in_a_run_of_prefect_does_not_load_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, flow code has the names of `syntask` from Prefect; the command has none of them."""
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "8d0b0f5c-6a0c-4b1f-9b57-0f6d6f0f3c11")
    loaded = modules_after("-C", "examples/hello", "plan", "--all")

    assert "syntask._home" in loaded
    assert loaded.isdisjoint({"prefect", "syntask._definitions.flow"})


_FLOW_CODE = """
import sys
import syntask_yaml.worker.child
before = set(sys.modules)
from syntask import flow, get_run_logger, task
print("loaded:", *sys.modules.keys() - before)
"""


def test_a_run_is_forked_from_a_process_that_has_what_flow_code_asks_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FLOW_CODE], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout == "loaded:\n"


_ENDING = """
import atexit, gc, sys
from syntask_yaml.cli.main import run
atexit.register(lambda: print("left to look at:", len(gc.get_objects())))
sys.argv = ["syntask", "-C", "examples/hello", "-q", "validate"]
run()
"""


def test_nothing_is_looked_through_for_cycles_when_a_command_ends() -> None:
    """Freed or not, all memory goes back to the system; looking took a sixth of a small command."""
    done = subprocess.run(
        [sys.executable, "-c", _ENDING], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert int(done.stdout.rpartition("left to look at:")[2]) < 1000


_INTERRUPTED = """
import os, signal, sys
from syntask_yaml.__main__ import run

class Interruption:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, {handler})
sys.meta_path.insert(0, Interruption())
sys.argv = ["syntask", "--version"]
run()
"""


def interrupted_while_it_loads(handler: str) -> tuple[int, str, str]:
    """The exit code and the output of a command that gets SIGINT while Python loads it."""
    code = _INTERRUPTED.format(handler=handler)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.partition(" ")[0], done.stderr


def test_an_interruption_while_the_command_loads_shows_no_traceback() -> None:
    assert interrupted_while_it_loads("signal.default_int_handler") == (-signal.SIGINT, "", "")


def test_a_command_in_the_background_goes_on_ignoring_interruptions() -> None:
    assert interrupted_while_it_loads("signal.SIG_IGN") == (0, "syntask", "")


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_what_delivers_loads_its_libraries_when_it_does(command: str) -> None:
    """Few workers ever send a mail, and a list of workers never does."""
    loaded = modules_after(command, "--help")

    assert loaded.intersection({"smtplib", "email.message", "ssl", "httpx"}) == set()


def test_flow_code_loads_nothing_of_the_tool() -> None:
    """And of the standard library only what is quick: `typing` takes as long as the package itself."""
    code = (
        "import sys; there = {*sys.modules}; from syntask import flow, task; print(*{*sys.modules} - there)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert "syntask._definitions.flow" in loaded
    assert {name for name in loaded if name.startswith(("syntask_yaml", "click", "yaml"))} == set()
    assert loaded.isdisjoint("asyncio inspect logging pathlib re threading typing uuid".split())


_SCRIPT = """
import sys
from syntask import flow

@flow
def etl(): pass

etl()
print("loaded:", *sys.modules)
"""


def test_a_script_loads_a_part_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_text(_SCRIPT)
    environ = clean_environ(SYNTASK_HOME=str(tmp_path))
    words = [sys.executable, str(tmp_path / "etl.py")]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())

    assert "syntask_yaml.backend.embedded.store" in loaded
    assert loaded.isdisjoint({*HEAVY} - {"sqlite3"})
    rest = "backend.embedded.backend backend.schedules diagnostics model.deployment template".split()
    assert loaded.isdisjoint({f"syntask_yaml.{each}" for each in rest})


def test_validate_loads_no_backend_and_no_server_client() -> None:
    loaded = modules_after("-C", "examples/hello", "validate", "--no-flows")

    assert (
        loaded.intersection({"sqlite3", "httpx", "git", "docker", "fsspec", "questionary", "asyncio"})
        == set()
    )


def test_an_upgrade_of_files_loads_no_server_client(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("from prefect import Flow\n\nwith Flow('f') as flow:\n    pass\n")
    loaded = modules_after("-C", str(tmp_path), "upgrade", "--prefect1")

    assert loaded.intersection({"sqlite3", "httpx", "rich", "docker", "questionary", "asyncio"}) == set()


_WITHOUT_EXTRAS = """
import sys
from importlib import import_module
from pkgutil import walk_packages

absent = "docker fsspec s3fs gcsfs adlfs prefect starlette uvicorn".split()

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from syntask_yaml.cli import commands
for module in walk_packages(commands.__path__, f"{commands.__name__}."):
    import_module(module.name)
    print(module.name)

from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.steps.registry import find_forecast
for step in BUILTINS.values():
    if find_forecast(step.full_name()):
        print("forecast of", step.name)
"""


def test_every_command_loads_without_the_extras() -> None:
    """What only some installations have is imported where it is used; forecasts are for every plan."""
    done = subprocess.run([sys.executable, "-c", _WITHOUT_EXTRAS], capture_output=True, text=True, check=True)

    assert "syntask_yaml.cli.commands.plan" in done.stdout.split()
    assert "forecast of build_docker_image" in done.stdout


_ASKING = """
import sys
from syntask_yaml.cli.main import main

main(sys.argv[1:])
asking = ("questionary", "prompt_toolkit", "syntask_yaml.wizard.interview")
print([name for name in asking if name in sys.modules])
"""


@pytest.mark.parametrize("command", ["deploy", "deployment ls", "deployment add --help", "init", "flow ls"])
def test_nothing_that_asks_is_loaded(tmp_path: Path, command: str) -> None:
    """Without a terminal, neither the library that draws questions nor the interview is imported."""
    done = subprocess.run(
        [sys.executable, "-c", _ASKING, *command.split()],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"
