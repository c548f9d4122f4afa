"""What editors show, insert and report with our schema, asked of the language server that they start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.assets import asset
from syntask_yaml.document.reader import read, read_file
from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.operations.init import MODELINE, SCHEMA_NAME, write_schema
from syntask_yaml.project.schema import check_schema
from syntask_yaml.source import Source
from tests.support.language_server import LanguageServer, language_server, why_not

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not() or "it is installed")]

ROOT = Path(__file__).parents[2]
VALID = sorted([*ROOT.glob("tests/files/valid/*.yaml"), *ROOT.glob("examples/*/syntask.yaml")])
INVALID = [
    file for file in sorted(ROOT.glob("tests/files/invalid/*.yaml")) if not read_file(file).diagnostics
]

# Files of whose lines we say something else, and why.
SAID_OTHERWISE = {
    "agent-deployment": "one message is about the whole file",
    "ambiguous-step": "a rule says it, of the key that is in the wrong place",
    "automations": "a key that is misspelt is missing, too, for an editor",
    "unknown-step": "of a step that nobody knows, its inputs are not looked at",
}


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with language_server(asset("schemas/editor.schema.json"), tmp_path_factory.mktemp("editor")) as server:
        yield server


def labels(server: LanguageServer, text: str) -> list[str]:
    return [each.label for each in server.completions(text)]


def text_after(server: LanguageServer, text: str, label: str) -> str:
    """The document after *label* is accepted."""
    (inserted,) = {each.text for each in server.completions(text) if each.label == label}
    return inserted


def is_accepted(text: str) -> bool:
    document = read(Source("syntask.yaml", text))
    return not [*document.diagnostics, *check_schema(document.root)]


ENTRY = """\
deployments:
  - name: nightly
    schedules:
      - cron: 0 6 * * *
    work_pool:
      name: default
"""


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("deployments", ["#### Deployments\n\nThe deployments.\n\nExample:\n\n```yaml\ndeployments:\n"]),
        ("schedules", ["#### Schedules\n\nWhen the deployment runs.", "```yaml\nschedules:\n  - cron: 0 6"]),
        ("cron", ["#### Schedule\n\nA cron expression", "Aliases such as `@daily` are", "cron: 0 6 * * 1-5"]),
        ("work_pool", ["#### Work pool\n\nA work pool and the deployment's overrides"]),
        (
            "name: default",
            ["#### Work pool\n\nThe work pool's name.\n\nExample:\n\n```yaml\nname: default\n"],
        ),
    ],
)
def test_hover(server: LanguageServer, word: str, shown: list[str]) -> None:
    before, found, after = ENTRY.partition(word)
    hover = server.hover(f"{before}‸{found}{after}")

    assert [each for each in shown if each not in hover] == []
    assert hover.startswith(shown[0])


def test_hover_on_a_step_and_its_inputs(server: LanguageServer) -> None:
    """Those of an older name too; a template is not what is explained."""
    steps = "pull:\n- prefect.projects.steps.git_clone_project:\n    repository: x\n    timeout: '{{ $T }}'\n"

    def hover(word: str) -> str:
        return server.hover(steps.replace(word, f"‸{word}"))

    assert hover("prefect").startswith(
        "#### Step git\\_clone\n\nClone a git repository into the current directory. Output: `directory`."
    )
    assert hover("repository").startswith("#### Step git\\_clone\n\nThe URL of the repository.\n\nExample:")
    assert hover("timeout").startswith("#### Step git\\_clone\n\nMaximum duration of the step in seconds.")


def test_the_first_line_that_init_writes_names_the_schema(server: LanguageServer) -> None:
    write_schema(server.folder)

    hover = server.hover(f"{MODELINE}\nna‸me: shop\n")

    assert "#### Syntask project\n\nThe project's name." in hover
    assert f"Source: [{SCHEMA_NAME}](file://" in hover


def test_completion_at_the_top(server: LanguageServer) -> None:
    assert labels(server, "‸") == [
        "build", "defaults", "definitions", "deployments", "include", "name", "pull", "push", "resources",
        "syntask-version", "targets", "values",
    ]  # fmt: skip
    assert text_after(server, "name: shop\n‸\n", "deployments") == "name: shop\ndeployments:\n  - \n"


def test_completion_in_an_entry(server: LanguageServer) -> None:
    """Keys that are there, or have no effect, are not offered."""
    offered = labels(server, "deployments:\n  - name: nightly\n    ‸\n")

    assert {"entrypoint", "schedules", "work_pool", "triggers"} <= set(offered)
    assert {"name", "schedule", "flow_name"}.isdisjoint(offered)


def test_completion_in_a_schedule(server: LanguageServer) -> None:
    offered = labels(server, "deployments:\n  - schedules:\n      - cron: 0 6 * * *\n        ‸\n")

    assert {"timezone", "day_or", "active", "slug"} <= set(offered)
    assert {"cron", "max_active_runs", "catchup"}.isdisjoint(offered)


def test_completion_in_a_step(server: LanguageServer) -> None:
    """Its inputs, and nothing that is there for compatibility only."""
    text = (
        "push:\n  - syntask_docker.deployments.steps.push_docker_image:\n      image_name: flows\n      ‸\n"
    )
    offered = labels(server, text)

    assert {"tag", "credentials", "ignore_cache", "id", "timeout"} <= set(offered)
    assert {"image_name", "build_backend", "step_push_docker_image"}.isdisjoint(offered)


@pytest.mark.parametrize(
    "text", ["build:\n  - ‸\n", "build:\n  ‸\n", "deployments:\n  - pull:\n      - syn‸\n"]
)
def test_the_list_of_steps(server: LanguageServer, text: str) -> None:
    assert labels(server, text) == sorted(step.full_name() for step in BUILTINS.values())


PLACES = {
    "deployments:\n  - ‸\n": ["deployment"],
    "deployments:\n  ‸\n": ["deployment"],
    "deployments:\n  - name: a\n  - dep‸\n": ["deployment"],
    "deployments:\n- name: a\n  ‸\n": [],
    "deployments:\n  - schedules:\n      - ‸\n": ["cron schedule", "interval schedule", "rrule schedule"],
    "deployments:\n  - schedules: ‸\n": ["cron schedule", "interval schedule", "rrule schedule"],
    "build:\n  - ‸\n": [step.full_name() for step in BUILTINS.values()],
    "deployments:\n  - pull:\n      ‸\n": [step.full_name() for step in BUILTINS.values()],
}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param(text, label, id=f"{label} {at}")
        for at, text in enumerate(PLACES)
        for label in PLACES[text]
    ],
)
def test_a_snippet_fits_where_it_is_offered(server: LanguageServer, text: str, label: str) -> None:
    """`validate` accepts the file, and so does the server."""
    inserted = text_after(server, text, label)

    assert is_accepted(inserted), inserted
    assert server.faults(inserted) == []


def test_a_snippet_has_what_a_deployment_needs(server: LanguageServer) -> None:
    assert text_after(server, "deployments:\n  - ‸\n", "deployment") == (
        "deployments:\n"
        "  - name: nightly\n"
        "    entrypoint: flows/etl.py:etl\n"
        "    work_pool:\n"
        "      name: default\n"
    )


def test_what_is_offered_for_a_key_fits(server: LanguageServer) -> None:
    """Each key of a step is inserted with its example, in quotes where they are needed."""
    text = "pull:\n  - syntask.deployments.steps.git_clone:\n      repository: x\n      ‸\n"
    inserted = [each.text for each in server.completions(text)]

    assert "      access_token: '{{ syntask.blocks.secret.git-token }}'\n" in "".join(inserted)
    assert [each for each in inserted if not is_accepted(each)] == []


@pytest.mark.parametrize("file", VALID, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_nothing_is_reported_of_a_valid_file(server: LanguageServer, file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("yaml-language-server", "no modeline")

    assert server.faults(text) == []


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_both_name_the_same_lines(server: LanguageServer, file: Path) -> None:
    """What a schema can express is reported by `validate` and by the server, which reports nothing else."""
    reported = {line for line, _ in server.faults(file.read_text(encoding="utf-8"))}
    ours = {problem.span.line for problem in check_schema(read_file(file).root) if problem.span}

    assert (reported == ours) is (file.stem not in SAID_OTHERWISE), (reported, ours)


def test_every_exception_is_a_file() -> None:
    assert SAID_OTHERWISE.keys() <= {file.stem for file in INVALID}
