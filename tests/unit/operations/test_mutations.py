"""A broken file is a diagnostic with a place, or a project; never a traceback.

SYNTASK_MUTATIONS says how many mutations of each file are tried.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from syntask_yaml.document.reader import read_file
from syntask_yaml.errors import SyntaskError
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.plan import Request, make_plan
from syntask_yaml.operations.project import ProjectPlace, open_project, validate
from syntask_yaml.project.flows import FlowReader
from tests.support.memory import MemoryBackend
from tests.support.mutations import mutated

ROOT = Path(__file__).parents[3]
OURS = sorted(
    [*ROOT.glob("examples/*/syntask.yaml"), *ROOT.glob("tests/acceptance/cases/*/*.yaml")],
    key=lambda file: file.parts,
)
_MANY = int(os.environ.get("SYNTASK_MUTATIONS", "0"))


def check(text: str, folder: Path, name: str, reader: FlowReader) -> None:
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    project = open_project(ProjectPlace(directory=folder))
    problems = validate(project, flows=reader)
    assert all(problem.span is not None or problem.path == () for problem in problems)
    context = DeployContext(project=project, backend=MemoryBackend(), reader=reader, environ={"X": "x"})
    with suppress(SyntaskError):
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
