"""What changed since a commit: entries, flow files, modules and builds, by a real history of git."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random

import pytest

from syntask_yaml.errors import SyntaskError, UsageError
from syntask_yaml.operations.changed import changes_since, find_changes
from syntask_yaml.operations.facets import DeclaredFacets
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.revisions import RevisionUnavailable
from tests.support.desk import Desk
from tests.support.git_repository import Repository

FLOW = "from syntask import flow\n{}\n\n@flow\ndef {}() -> None: ...\n"
FILES = {
    "jobs/load.py": FLOW.format("from lib.steps import one", "load"),
    "jobs/send.py": FLOW.format("import lib.mail.smtp", "send"),
    "jobs/idle.py": FLOW.format('"""\nimport lib.steps\n"""', "idle"),
    "lib/__init__.py": "",
    "lib/steps.py": "from . import deep\none = 1\n",
    "lib/deep.py": "",
    "lib/mail/__init__.py": "",
    "lib/mail/smtp.py": "def connect():\n    from lib import deep\n",
    "lib/unused.py": "",
    "image/main.py": "",
    "image/notes.md": "",
    "image/.dockerignore": "*.md\n",
    "README.md": "",
}
ENTRIES = """\
deployments:
  - {name: load, entrypoint: "jobs/load.py:load"}
  - {name: send, entrypoint: "jobs.send:send"}
  - name: idle
    entrypoint: jobs/idle.py:idle
    build:
      - prefect_docker.deployments.steps.build_docker_image: {image_name: shop, tag: v1, path: image}
"""
# Which deployments a change of each file concerns.
CONCERNS = {
    "jobs/load.py": {"load"},
    "jobs/send.py": {"send"},
    "jobs/idle.py": {"idle"},
    "lib/__init__.py": {"load", "send"},
    "lib/steps.py": {"load"},
    "lib/deep.py": {"load", "send"},
    "lib/mail/__init__.py": {"send"},
    "lib/mail/smtp.py": {"send"},
    "lib/unused.py": set(),
    "image/main.py": {"idle"},
    "image/notes.md": set(),
    "image/.dockerignore": {"idle"},
    "README.md": set(),
}


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "shop")
    for name, text in {**FILES, "syntask.yaml": ENTRIES}.items():
        write(repository, name, text)
    repository.commit()
    return repository


def write(repository: Repository, name: str, text: str) -> None:
    path = repository.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def snapshot(repository: Repository) -> dict[Path, int]:
    """When each file of the repository itself was written."""
    return {path: path.lstat().st_mtime_ns for path in (repository.path / ".git").rglob("*")}


def append(repository: Repository, name: str) -> None:
    write(repository, name, (repository.path / name).read_text(encoding="utf-8") + "\n# changed\n")


def reasons(folder: Path, ref: str) -> dict[str, list[str]]:
    """Why each deployment that changed did."""
    project = open_project(ProjectLocation(directory=folder))
    reader = FlowReader(project.root)
    since = changes_since(project.root, reader, ref)
    changed = find_changes(project, DeclaredFacets(project.root, reader), since)
    return {
        each.label.rpartition("/")[2]: [reason.text for reason in each.reasons]
        for each in changed.deployments.values()
    }


def import_history(repository: Repository, changes: list[str]) -> None:
    """One commit for each of *changes*, each of which adds a line to that file, made in one go."""
    texts = dict(FILES)
    lines = []
    for number, name in enumerate(changes):
        texts[name] += f"\n# {number}\n"
        start = ["from refs/heads/main^0"] if number == 0 else []
        size = len(texts[name].encode())
        lines += [
            "commit refs/heads/main",
            f"committer Tester <tester@example.com> {1_700_000_000 + number} +0000",
            f"data {len(name)}",
            name,
            *start,
            f"M 100644 inline {name}",
            f"data {size}",
            texts[name],
        ]
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repository.path,
        input="\n".join([*lines, ""]),
        text=True,
        check=True,
    )
    repository.git("reset", "--quiet", "--hard", "main")


def test_a_history_of_fifty_commits_says_what_each_of_them_concerns(repository: Repository) -> None:
    """Since any commit, what changed is all that the later ones concern."""
    changes = Random(7).choices(sorted(FILES), k=50)
    import_history(repository, changes)

    for back in (0, 1, 2, 3, *range(4, 51, 6)):
        expected = set().union(*(CONCERNS[name] for name in changes[50 - back :]))
        assert set(reasons(repository.path, f"HEAD~{back}")) == expected, back


def test_every_reason_is_said(repository: Repository) -> None:
    entries = ENTRIES.replace("name: load,", "name: load, tags: [a], description: x,")
    write(repository, "syntask.yaml", f'{entries}  - {{name: new, entrypoint: "jobs/new.py:new"}}\n')
    for name in ("jobs/send.py", "lib/deep.py", "image/main.py", "image/notes.md"):
        append(repository, name)
    (repository.path / "jobs/idle.py").unlink()
    write(repository, "jobs/new.py", FLOW.format("", "new"))

    assert reasons(repository.path, "HEAD") == {
        "load": [
            "its entry changed: description, tags",
            "`jobs/load.py` imports `lib/steps.py`, which imports `lib/deep.py`, which changed",
        ],
        "send": ["`jobs/send.py` changed"],
        "idle": [
            "`jobs/idle.py` was deleted",
            "`build_docker_image` takes `image/main.py` along, which changed",
        ],
        "new": ["its entry is new", "`jobs/new.py` changed"],
    }


def test_entries_of_one_name_are_told_apart(repository: Repository) -> None:
    """As where each folder has one called so: what is said differs from the one that is gone."""
    entry = '  - {{name: same, entrypoint: "jobs/{}.py:{}", tags: [{}]}}\n'
    entries = [entry.format(flow, flow, flow) for flow in ("load", "send")]
    base = repository.commit(**{"syntask.yaml": f"deployments:\n{''.join(entries)}"})
    entries[0] = entries[0].replace("tags: [load]", "tags: [a]")
    new = entry.format("idle", "idle", "b")
    write(repository, "syntask.yaml", f"deployments:\n{''.join(entries)}")
    assert reasons(repository.path, base) == {"same": ["its entry changed: tags"]}

    write(repository, "syntask.yaml", f"deployments:\n{entries[1]}{new}")
    assert reasons(repository.path, base) == {"same": ["its entry changed: entrypoint, tags"]}
    write(
        repository, "syntask.yaml", f"deployments:\n{entry.format('load', 'load', 'load')}{entries[1]}{new}"
    )
    assert reasons(repository.path, base) == {"same": ["its entry is new"]}


def test_what_only_the_other_branch_changed_is_not_counted(repository: Repository) -> None:
    repository.git("branch", "work")
    append(repository, "jobs/load.py")
    repository.commit()
    repository.git("switch", "--quiet", "work")
    append(repository, "jobs/send.py")
    repository.commit()

    assert set(reasons(repository.path, "main")) == {"send"}


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("mian", "Did you mean `main`?"),
        ("HEAD:README.md", "Run `git fetch`, or check the name."),
        ("--output=x", "Write `main`, `v1.2` or a SHA."),
        ("", "Write `main`, `v1.2` or a SHA."),
    ],
)
def test_what_is_no_commit_is_an_error(repository: Repository, ref: str, hint: str) -> None:
    with pytest.raises((RevisionUnavailable, UsageError)) as raised:
        reasons(repository.path, ref)

    assert isinstance(raised.value, SyntaskError)
    assert raised.value.hint == hint


def test_a_shallow_checkout_says_that_history_is_missing(repository: Repository, tmp_path: Path) -> None:
    """Neither a commit that is not there is guessed, nor where two branches parted."""
    append(repository, "lib/deep.py")
    repository.commit()
    repository.git("branch", "work")
    append(repository, "jobs/load.py")
    repository.commit()
    shallow = tmp_path / "shallow"
    clone = ["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=work", repository.url]
    repository.git(*clone, str(shallow))

    for ref in ("HEAD^", "origin/main"):
        with pytest.raises(RevisionUnavailable, match="shallow") as raised:
            reasons(shallow, ref)
        assert raised.value.hint.startswith("Run `git fetch --unshallow`.")
    assert reasons(shallow, "HEAD") == {}


def test_nothing_that_changed_is_nothing_to_do(repository: Repository) -> None:
    """A plan of it is empty, and other filters intersect with what changed."""
    desk = Desk(repository.path)
    repository.commit()

    def planned(**words: tuple[str, ...]) -> list[str]:
        selection = Selection(changed_since="HEAD", **words)  # type: ignore[arg-type]
        planned = make_plan(desk.context, Request(selection=selection))
        return [each.deployment for each in planned.plan.changes]

    assert planned() == []
    append(repository, "lib/deep.py")
    assert planned() == ["load/load", "send/send"]
    assert planned(select=("path:jobs/s*",)) == ["send/send"]
    assert planned(exclude=("send",)) == ["load/load"]


def test_git_is_given_no_way_to_run_what_the_repository_brings(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No hook, no monitor and no external diff runs, and the repository is not written to."""
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n", encoding="utf-8")
    program.chmod(0o755)
    hooks = repository.path / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout"):
        (hooks / name).symlink_to(program)
    repository.git("config", "core.fsmonitor", str(program))
    repository.git("config", "diff.external", str(program))
    append(repository, "lib/deep.py")
    before = snapshot(repository)
    ran.unlink(missing_ok=True)

    assert set(reasons(repository.path, "HEAD")) == {"load", "send"}
    assert not ran.exists()
    assert before == {
        path: path.lstat().st_mtime_ns for path in sorted((repository.path / ".git").rglob("*"))
    }


def test_what_a_target_says_of_a_flow_is_no_change_by_itself(repository: Repository) -> None:
    """The flows of the commit are those that it names."""
    file = repository.path / "syntask.yaml"
    text = file.read_text(encoding="utf-8")
    targets = "targets: {prod: {default: true, deployments: {load/load: {description: x}}}}\n"
    base = repository.commit(**{"syntask.yaml": targets + text})
    file.write_text(targets + text + "# a note\n", encoding="utf-8")
    assert reasons(repository.path, base) == {}

    file.write_text(targets.replace("x", "y") + text, encoding="utf-8")
    assert list(reasons(repository.path, base)) == ["load"]
