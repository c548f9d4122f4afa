"""Which files are read, and how: several documents, lists of 2.10, tags, size, encodings, links."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.upgrade.agent_deployment import Form
from tests.support.git_repository import Repository
from tests.support.upgrading import FLOW, OldRepository, codes

FLAT = """\
name: {name}
flow_name: load-orders
entrypoint: flows.py:load_orders
work_queue_name: default
infrastructure: {{_block_type_slug: process}}
path: null
enforce_parameter_schema: true
"""


def names(old: OldRepository, *paths: str) -> list[str]:
    return [result.converted.name for result in old.upgrade(*paths).results]


def test_several_documents_are_read_with_their_places(old: OldRepository) -> None:
    old.write("old.yaml", "---\n" + "---\n".join(FLAT.format(name=name) for name in "abc"))

    results = old.upgrade().results

    assert [result.converted.name for result in results] == ["a", "b", "c"]
    assert [str(result.converted.source.root.span) for result in results] == [
        f"old.yaml:{n}:1" for n in (2, 10, 18)
    ]


def test_a_list_of_deployments_is_read(old: OldRepository) -> None:
    """The templates in it are templates still."""
    old.write(
        "deployment.yaml",
        """\
deployments:
- name: a
  version: null
  tags: []
  schedule: {}
  flow_name: null
  entrypoint: flows.py:load_orders
  parameters: {source: "{{ $SOURCE }}"}
  pull: []
  work_pool: {name: big, work_queue_name: null, job_variables: {}}
- {name: null, entrypoint: null}
""",
    )

    upgrade = old.upgrade()

    (result,) = upgrade.results
    assert result.converted.source.form is Form.PROJECT
    assert result.entry == {
        "name": "a",
        "entrypoint": "flows.py:load_orders",
        "parameters": {"source": "{{ $SOURCE }}"},
        "work_pool": {"name": "big"},
        "pull": [],
    }
    assert [problem.code for problem in upgrade.problems] == ["missing-key"]


def test_what_stands_beside_a_list_is_reported(old: OldRepository) -> None:
    old.write(
        "deployment.yaml",
        "pull: [{a.b: {}}]\ndeployments:\n- {name: a, entrypoint: 'flows.py:load_orders'}\n",
    )

    assert codes(old.upgrade().problems) == {"unknown-field"}


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web:\n    image: x\n    entrypoint: run.sh\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n",
        "name: ci\non: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: make}]\n",
        "",
        "- a\n- b\n",
        "just text",
    ],
)
def test_other_files_are_left_alone(old: OldRepository, text: str) -> None:
    old.write("deployment.yaml", text)

    assert old.upgrade().is_empty


@pytest.mark.parametrize("name", ["syntask.yaml", "prefect.yaml", "syntask.yml"])
def test_a_project_file_is_no_source(old: OldRepository, name: str) -> None:
    old.write(name, "deployments:\n- {name: a, entrypoint: 'flows.py:load_orders', work_pool: {name: x}}\n")

    assert old.upgrade().is_empty


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['touch made']", "!!python/name:os.system", "!something {a: b}"]
)
def test_a_tag_builds_nothing(old: OldRepository, tag: str) -> None:
    old.write("old.yaml", FLAT.format(name="a") + f"parameters: {tag}\n")

    upgrade = old.upgrade()

    assert upgrade.results == ()
    assert codes(upgrade.problems) == {"unsupported-tag"}
    assert not (old.root / "made").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (FLAT.format(name="a").encode() + b"description: caf\xe9\n", "unreadable-file"),
        (FLAT.format(name="a").encode() + b"description: " + b"x" * 1_100_000 + b"\n", "unreadable-file"),
        (FLAT.format(name="a").encode() + b"tags: [\n", "invalid-yaml"),
        (FLAT.format(name="a").encode() + b"tags: *nowhere\n", "undefined-alias"),
        (FLAT.format(name="a").encode() + b"tags: " + b"[" * 500 + b"]" * 500 + b"\n", "too-deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(old: OldRepository, content: bytes, code: str) -> None:
    (old.root / "old.yaml").write_bytes(content)
    old.deployment("good.yaml")

    upgrade = old.upgrade()

    assert codes(upgrade.problems) == {code}
    assert [result.converted.name for result in upgrade.results] == ["nightly"]


def test_thousands_of_documents_are_no_work(old: OldRepository) -> None:
    old.write("deployment.yaml", FLAT.format(name="a") + "---\n" * 200_000)

    assert codes(old.upgrade().problems) == {"several-documents"}


@pytest.mark.parametrize("head", ["\ufeff", "# caf\u00e9\n", "%YAML 1.1\n---\n"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_are_read_and_kept(old: OldRepository, head: str, ends: str) -> None:
    text = (head + FLAT.format(name="a")).replace("\n", ends)
    path = old.write("old.yaml", text)

    assert codes(old.written().diagnostics) == set()

    after = path.read_bytes().decode()
    bom = "\ufeff" if head == "\ufeff" else ""
    mark = f"{bom}# syntask upgrade: now in syntask.yaml as load-orders/a{ends}"
    assert after == mark + text.removeprefix("\ufeff")


def test_links_and_other_repositories_are_not_followed(old: OldRepository, tmp_path: Path) -> None:
    outside = OldRepository(tmp_path / "outside")
    outside.deployment("secret-place.yaml")
    (old.root / "link.yaml").symlink_to(tmp_path / "outside" / "secret-place.yaml")
    (old.root / "linked").symlink_to(tmp_path / "outside")
    Repository(old.root / "inner").commit(**{"flows.py": FLOW, "old.yaml": FLAT.format(name="inner")})
    (old.root / "submodule").mkdir()
    (old.root / "submodule" / ".git").write_text("gitdir: ../.git/modules/submodule\n")
    for folder in ("submodule", "node_modules", ".venv", ".hidden"):
        old.write(f"{folder}/old.yaml", FLAT.format(name=folder))
    old.write("teams/one/old.yaml", FLAT.format(name="one"))

    assert names(old) == ["one"]


def test_a_name_that_is_not_utf_8_is_shown(old: OldRepository) -> None:
    old.deployment("nightly\udcff-deployment.yaml")

    upgrade = old.written()

    marked = upgrade.changes[-1]
    assert marked.shown == "nightly\\xff-deployment.yaml"
    assert marked.path.read_text().startswith("# syntask upgrade: now in syntask.yaml")
    assert old.upgrade().is_empty


def test_a_script_whose_name_is_not_utf_8_gets_no_entry(old: OldRepository) -> None:
    old.write("deploy.sh", "python deploy.py\n")
    old.write(
        "nightly\udcff.py",
        "from prefect import flow\nfrom prefect.deployments import Deployment\n\n"
        "@flow\ndef load():\n    pass\n\nDeployment.build_from_flow(load, 'nightly', apply=True)\n",
    )

    (result,) = old.upgrade().results

    assert "invalid-name" in codes(result.problems)


def test_a_file_that_is_named_is_read_whatever_it_is_called(old: OldRepository) -> None:
    old.write(
        "jobs/all.yaml",
        "deployments:\n- {name: a, entrypoint: 'flows.py:load_orders', work_pool: {name: x}}\n",
    )

    assert names(old) == []
    assert names(old, "jobs/all.yaml") == ["a"]


def test_a_file_is_read_once(old: OldRepository) -> None:
    old.write("jobs/old.yaml", FLAT.format(name="a"))

    assert names(old, "jobs", ".", "jobs/old.yaml") == ["a"]
