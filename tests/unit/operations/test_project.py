"""Project files and what is said of them: a file put into `tests/files` is tested.

A file below `invalid` has its messages in a `.txt` beside it, in the strict dialect, and what differs in
Prefect's. A file below `valid` is sound in its dialect, and is deployed. `pytest --update` writes the
messages anew: review the diff like code.
SYNTASK_MUTATIONS says how many mutations of each file are tried.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click
import pytest

from syntask_yaml.backend.base import Backend, Features
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.cli.views.diagnostics import lines
from syntask_yaml.diagnostics import Diagnostic, in_file_order
from syntask_yaml.document.reader import Document, read_file
from syntask_yaml.errors import ProjectInvalid, SyntaskError
from syntask_yaml.messages import MESSAGES
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.value import Json
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project, validate
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project, load_project
from tests.support.memory import MemoryBackend
from tests.support.mutations import mutated

FILES = Path(__file__).parents[2] / "files"
INVALID = sorted(FILES.glob("invalid/*.yaml"))
VALID = sorted(FILES.glob("valid/*.yaml"))
ALL = Request(selection=Selection(all=True), keep_going=True)
ENVIRON = {"HOME": "/home/somebody", "TOKEN": "hush", "CRON": "15 3 * * *", "N": "3", "POOL": "default"}

# What no project file causes: it comes from a command, from the backend, or from a step at work.
_ELSEWHERE = frozenset(
    "step-failed not-exported readable-secret pull-failed load-failed bind-failed start-failed tried-here "
    "declared-value needs-build project-invalid not-found file-failed edit-refused prune-refused "
    "plan-stale likely-rename half-renamed history-gap undeclared-deployment undeclared-resource "
    "resource-kept not-portable tag-limit script-not-rewritten not-copied shown-secret missed-run "
    "unowned-resource secret-left-out no-worker backend-failed backend-unreachable backend-refused "
    "backend-conflict usage interrupted failed no-engine image-failed deploy-failed include-failed "
    "conflicting-layers unknown-deployment protected-target revision-unavailable".split()
)


_ELSEWHERE_FILES = frozenset({"no-work-pool", "cron-for-a-server"})


class _ElsewhereBackend(MemoryBackend):
    """A server, which has no pool of its own."""

    features = Features()


class _EmbeddedBackend(MemoryBackend):
    """A backend whose pools only our own worker serves."""

    features = EmbeddedBackend.features


_BACKENDS = {**dict.fromkeys(_ELSEWHERE_FILES, _ElsewhereBackend), "unserved-work-pool": _EmbeddedBackend}
_STRICT: Mapping[str, Json] = {
    "variables": {"properties": {"env": {"type": "object"}, "team": {"type": "string"}}, "required": ["team"]}
}
_FORGETFUL: Mapping[str, Json] = {
    "variables": {"properties": {"env": {"type": "object"}, "team": {"type": "string"}}},
    "job_configuration": {"env": "{{ env }}"},
}


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A folder with the flows that the files name."""
    for file in FILES.glob("*.py"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def backend_for(file: Path) -> Backend:
    """A backend with what the files ask for."""
    backend = _BACKENDS.get(file.stem, MemoryBackend)()
    backend.create_pool(WorkPool(name="cluster", type="kubernetes"))
    backend.create_pool(WorkPool(name="strict", type="process", base_job_template=_STRICT))
    backend.create_pool(WorkPool(name="forgetful", type="process", base_job_template=_FORGETFUL))
    backend.create_pool(WorkPool(name="resting", type="process", is_paused=True))
    for pool in backend.pools():
        backend.beat(ServingWorker(name="w", pool=pool.name), datetime.now(UTC), seconds=600)
    backend.create_queue(WorkQueue(pool="default", name="high"))
    backend.create_queue(WorkQueue(pool="default", name="stopped", is_paused=True))
    backend.set_variable(Variable("region", "eu"))
    backend.create_block(Block("secret", "token", {"value": "t"}))
    backend.create_block(Block("github-credentials", "bot", {"token": "t"}))
    backend.create_block(Block("webhook", "ops", {"url": "http://ops"}))
    backend.create_block(Block("email-server-credentials", "ops", {"smtp_server": "mail"}))
    return backend


def context_of(project: Project, backend: Backend) -> DeployContext:
    return DeployContext(
        project=project, backend=backend, reader=FlowReader(project.root, load_in_child=True), environ=ENVIRON
    )


def loaded(document: Document, root: Path, dialect: Dialect) -> Project:
    return replace(load_project(document, root, dialect=dialect), file=root / document.source.name)


def said_of(project: Project, backend: Backend) -> list[Diagnostic]:
    """What `validate` says, and after it what `plan` says beyond that."""
    context = context_of(project, backend)
    found = validate(project, flows=context.reader)
    try:
        planned = make_plan(context, ALL).diagnostics
    except ProjectInvalid as error:
        planned = tuple(error.diagnostics)
    except SyntaskError as error:
        planned = (Diagnostic(error.code, error.detail, error.hint),)
    return [*found, *in_file_order(each for each in planned if each not in found)]


def written(problems: Iterable[Diagnostic], root: Path) -> str:
    text = "".join(f"{line}\n" for problem in problems for line in lines(problem))
    return click.unstyle(text).replace(str(root), "ROOT")


def differences(strict: list[Diagnostic], lenient: list[Diagnostic]) -> list[str]:
    """What is milder, missing or new in Prefect's dialect, as `severity code place`."""
    known = {_severity(problem) for problem in strict}
    return [each for each in map(_severity, lenient) if each not in known]


def _severity(problem: Diagnostic) -> str:
    return f"{problem.severity.value} {problem.code} {problem.span}"


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_a_file_with_problems(file: Path, root: Path, request: pytest.FixtureRequest) -> None:
    """The messages are those beside the file, and each has a place."""
    document = read_file(file, name=file.name)
    strict, lenient = (said_of(loaded(document, root, dialect), backend_for(file)) for dialect in Dialect)
    text = written(strict, root)
    if milder := differences(strict, lenient):
        text += "In the dialect of prefect.yaml:\n" + "".join(f"  {each}\n" for each in milder)

    expected = file.with_suffix(".txt")
    if request.config.getoption("--update"):
        expected.write_text(text, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == text
    assert all(problem.span is not None for problem in strict if problem.code not in _ELSEWHERE)


def test_every_message_of_a_file_has_a_file() -> None:
    """Those of one dialect alone are in the list below the messages."""
    texts = [file.with_suffix(".txt").read_text(encoding="utf-8") for file in INVALID]
    shown = set(re.findall(r"^\w+: .* \[([\w-]+)\]$", "".join(texts), re.MULTILINE))
    others = "".join(file.read_text(encoding="utf-8") for file in _of_upgrades())
    of_agents = set(re.findall(r"^\w+: .* \[([\w-]+)\]$", others, re.MULTILINE)) - shown
    shown |= set(re.findall(r"^  (?:warning|note|error) ([\w-]+) ", "".join(texts), re.MULTILINE))

    assert set(MESSAGES) - _ELSEWHERE - of_agents == shown - _ELSEWHERE


def _of_upgrades() -> list[Path]:
    return [*FILES.glob("agents/*.txt"), *FILES.glob("prefect1/*.txt")]


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_file_without_problems(file: Path, root: Path) -> None:
    """Nothing but notes is said of it; it is deployed, and then there is nothing to do."""
    project = loaded(read_file(file, name=file.name), root, Dialect.of(file.name))
    backend = backend_for(file)
    problems = [problem for problem in said_of(project, backend) if problem.code not in _NOTES]

    first, second = (
        deploy(context_of(project, backend), ALL, options=DeployOptions(jobs=1), notify=lambda _event: None)
        for _ in range(2)
    )

    assert written(problems, root) == ""
    assert {result.action for result in first.results} == {"created"}
    assert {result.action for result in second.results} == {"unchanged"}


_NOTES = frozenset({"default-pull", "new-work-queue"})

ROOT = Path(__file__).parents[3]


OURS = sorted(
    [*ROOT.glob("examples/*/syntask.yaml"), *ROOT.glob("tests/acceptance/cases/*/*.yaml")],
    key=lambda file: file.parts,
)


_MANY = int(os.environ.get("SYNTASK_MUTATIONS", "0"))


def check(text: str, folder: Path, name: str, reader: FlowReader) -> None:
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(SyntaskError):
        project = open_project(ProjectLocation(directory=folder))
        problems = validate(project, flows=reader)
        assert all(problem.span is not None or problem.path == () for problem in problems)
        context = DeployContext(project=project, backend=MemoryBackend(), reader=reader, environ={"X": "x"})
        make_plan(context, Request(selection=Selection(all=True), keep_going=True))


def try_mutations(file: Path, folder: Path, count: int) -> None:
    name = "prefect.yaml" if "prefect" in file.name else "syntask.yaml"
    text = read_file(file).source.text
    reader = FlowReader(folder, load_in_child=False)
    for seed in range(count):
        broken = mutated(text, Random(f"{file.name} {seed}"))
        try:
            check(broken, folder, name, reader)
        except Exception as error:
            error.add_note(f"seed {seed} of {file.name}")
            raise


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.parent.name)
def test_a_broken_project_is_no_traceback(file: Path, tmp_path: Path) -> None:
    for source in file.parent.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())

    try_mutations(file, tmp_path, _MANY or 60)


def test_a_broken_real_file_is_no_traceback(corpus_file: Path, tmp_path: Path) -> None:
    try_mutations(corpus_file, tmp_path, _MANY or 5)
