"""Files of agents and what is said of them: a file put into `tests/files/agents` is tested.

Beside it stands a `.txt` with the messages, the entries and the changed commands; files of the same stem go
along. `pytest --update` writes it anew: review the diff like code.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from syntask_yaml.cli.views.diagnostics import lines
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.messages import MESSAGES
from syntask_yaml.upgrade.result import Upgrade
from tests.support.upgrading import OldRepository

FILES = Path(__file__).parents[2] / "files" / "agents"
SOURCES = Path(__file__).parents[3] / "syntask_yaml" / "upgrade"
# What is said of a YAML text wherever one is read, and of an entry that the checker rejects.
_ELSEWHERE = frozenset(
    "unreadable-file missing-key wrong-type conflicting-keys inherited-pull flow-not-found default-pull "
    "no-parameter-schema tag-limit script-not-rewritten invalid-name".split()
)


def shown(upgrade: Upgrade) -> Iterator[str]:
    for problem in upgrade.diagnostics:
        yield from lines(problem)
    for result in upgrade.results:
        yield f"{result.converted.full_name}: {result.status.value}"
        yield to_yaml(dict(result.entry))
    for answer in upgrade.answers:
        if answer.text is not None:
            yield f"{answer.command.span}: {answer.text}"
    yield ""
    yield upgrade.summary
    yield from (f"{what}: {command}" for what, command in upgrade.next_steps)


@pytest.mark.parametrize("file", sorted(FILES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_file_of_agents(file: Path, old: OldRepository, request: pytest.FixtureRequest) -> None:
    for each in FILES.glob(f"{file.stem}.*"):
        if each.suffix != ".txt":
            shutil.copy(each, old.root)

    text = "".join(f"{click.unstyle(line)}\n" for line in shown(old.upgrade()))

    expected = file.with_suffix(".txt")
    if request.config.getoption("--update"):
        expected.write_text(text, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == text
    assert "hush-hush" not in text


def test_every_message_of_an_upgrade_has_a_file() -> None:
    files = [*FILES.glob("*.txt"), *FILES.parent.glob("prefect1/*.txt")]
    texts = "".join(file.read_text(encoding="utf-8") for file in files)
    said = set(re.findall(r"^\w+: .* \[([\w-]+)\]$", texts, re.MULTILINE))
    code = "".join(file.read_text(encoding="utf-8") for file in SOURCES.rglob("*.py"))
    named = {name for name in MESSAGES if f'"{name}"' in code}

    assert named - _ELSEWHERE - said == set()
