"""A project of several files and targets, and what can be wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.diagnostics import once_per_location
from syntask_yaml.document.layer_nodes import layer_of, replaced_by
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.project.composition.compose import LISTS
from syntask_yaml.project.load import Project
from syntask_yaml.project.reading import ProjectReading, read_project
from syntask_yaml.project.schema import project_schema

FLOW = "from syntask import flow\n\n@flow\ndef report(days: int = 1):\n    pass\n"


def reading(root: Path, files: dict[str, str]) -> ProjectReading:
    """The project of *files* below *root*; each folder has flows.py with `report`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (path.parent / "flows.py").write_text(FLOW, encoding="utf-8")
    file = root / "syntask.yaml"
    return read_project(file, root, show=lambda path: str(path.relative_to(root)))


def entries(project: Project) -> list[dict[str, Any]]:
    return [each.node.value for each in project.declarations]


def problems(project: Project) -> list[tuple[str, str]]:
    return [(each.code, str(each.span)) for each in once_per_location(project.diagnostics)]


ENTRY = "- {name: one, entrypoint: 'flows.py:report'}\n"
TEAM = f"defaults: {{tags+: [team], work_pool: {{name: theirs}}}}\ndeployments:\n{ENTRY}"
ROOT = (
    "name: shop\ninclude: [teams/*.yaml, more]\n"
    "defaults: {tags: [shop], work_pool: {name: ours, work_queue_name: q}}\n"
)


def test_defaults_of_the_nearest_file_win_and_paths_start_at_the_root(tmp_path: Path) -> None:
    project = reading(
        tmp_path, {"syntask.yaml": ROOT, "teams/a.yaml": TEAM, "more": "deployments: []"}
    ).choose(None)
    (entry,) = entries(project)
    assert problems(project) == []
    assert entry == {
        "name": "one",
        "entrypoint": "teams/flows.py:report",
        "tags": ["shop", "team"],
        "work_pool": {"name": "theirs", "work_queue_name": "q"},
    }
    name = project.declarations[0].node.at(("work_pool", "name"))
    assert (str(name.span), layer_of(name)) == ("teams/a.yaml:1:45", "the `defaults` of `teams/a.yaml`")
    assert [str(each.span) for each in replaced_by(name)] == ["syntask.yaml:3:44"]


def test_steps_and_their_paths_are_those_of_the_file(tmp_path: Path) -> None:
    sections = (
        "build:\n"
        "- syntask_docker.deployments.steps.build_docker_image: {image_name: a, dockerfile: Dockerfile}\n"
        "- syntask_docker.deployments.steps.build_docker_image: {image_name: b, path: src, dockerfile: D}\n"
        "- syntask.deployments.steps.run_shell_script: {script: ls}\n"
        "pull:\n- syntask.deployments.steps.set_working_directory: {directory: /code}\n"
    )
    files = {
        "syntask.yaml": f"include: team/syntask.yaml\npull:\n- a.b: {{}}\ndeployments:\n{ENTRY}",
        "team/syntask.yaml": f"{sections}deployments:\n{ENTRY}",
    }
    first, second = reading(tmp_path, files).choose(None).declarations
    assert [step.name for step in first.pull or ()] == ["a.b"]
    assert [step.inputs for step in second.build] == [
        {"image_name": "a", "dockerfile": "team/Dockerfile"},
        {"image_name": "b", "path": "team/src", "dockerfile": "D"},
        {"script": "ls"},
    ]
    assert [step.inputs for step in second.pull or ()] == [{"directory": "/code"}]


TARGETS = """\
name: shop
values:
  days: {default: 1}
targets:
  dev: {default: true, mode: development, deployments: {one: {paused: false}}}
  preview: {name_prefix: "pr-{{ $PR }}-"}
  prod:
    values: {days: 7}
    defaults: {tags: [prod]}
    deployments: {report/one: {parameters: {days: "{{ values.days }}"}, description: null}}
deployments:
- {name: one, entrypoint: "flows.py:report", description: first}
"""


@pytest.mark.parametrize(
    ("target", "owner", "expected"),
    [
        (
            None,
            "shop:dev",
            {"name": "dev-{{ $USER }}-one", "description": "first", "tags": ["dev"], "paused": False},
        ),
        ("preview", "shop:preview", {"name": "pr-{{ $PR }}-one", "description": "first"}),
        ("prod", "shop:prod", {"name": "one", "tags": ["prod"], "parameters": {"days": "{{ values.days }}"}}),
    ],
)
def test_a_target_changes_deployments(
    tmp_path: Path, target: str | None, owner: str, expected: dict[str, Any]
) -> None:
    project = reading(tmp_path, {"syntask.yaml": TARGETS}).choose(target)
    assert (project.owner, problems(project)) == (owner, [])
    assert entries(project) == [{"entrypoint": "flows.py:report", **expected}]


def test_the_only_target_is_the_default_only_where_it_says_so(tmp_path: Path) -> None:
    project = reading(tmp_path, {"syntask.yaml": "name: shop\ndeployments: []\ntargets: {preview: {}}\n"})
    with pytest.raises(UsageError, match="has one target, which is not the default: `preview`") as raised:
        project.choose(None)
    assert raised.value.hint == "Pass `--target preview`, or write `default: true` in it."


@pytest.mark.parametrize(
    ("target", "command"), [("dev", "syntask deploy --all"), ("prod", "syntask deploy --all -t prod")]
)
def test_what_is_advised_is_of_the_same_target(tmp_path: Path, target: str, command: str) -> None:
    """A hint that leaves the target out would deploy to the default one."""
    assert reading(tmp_path, {"syntask.yaml": TARGETS}).choose(target).deploy_command == command


def test_a_target_must_be_one_of_the_project(tmp_path: Path) -> None:
    project = reading(tmp_path, {"syntask.yaml": TARGETS.replace("default: true", "default: false")})
    with pytest.raises(UsageError, match="has 3 targets, and none is the default: `dev`, `preview`, `prod`"):
        project.choose(None)
    with pytest.raises(NotFound, match="has no target `prd`"):
        project.choose("prd")
    assert [each.title for each in project.each()] == ["shop:dev", "shop:preview", "shop:prod"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"syntask.yaml": "include: [nothing/*.yaml]"}, [("include-failed", "syntask.yaml:1:11")]),
        ({"syntask.yaml": "include: ../other.yaml"}, [("include-failed", "syntask.yaml:1:10")]),
        ({"syntask.yaml": "include: ['**a/*.yaml']"}, [("include-failed", "syntask.yaml:1:11")]),
        ({"syntask.yaml": "include: [.]"}, [("include-failed", "syntask.yaml:1:11")]),
        ({"syntask.yaml": 'include: ["a\\0b"]'}, [("include-failed", "syntask.yaml:1:11")]),
        ({"syntask.yaml": "include: ['']"}, [("wrong-value", "syntask.yaml:1:11")]),
        ({"syntask.yaml": "include: syntask.yaml"}, [("include-failed", "syntask.yaml:1:10")]),
        (
            {"syntask.yaml": "include: [a.yaml]", "a.yaml": "include: [b/c.yaml]", "b/c.yaml": "name: x"},
            [("unknown-key", "b/c.yaml:1:1")],
        ),
        (
            {"syntask.yaml": "include: [a.yaml, b.yaml]", "a.yaml": "include: b.yaml", "b.yaml": ""},
            [("include-failed", "syntask.yaml:1:19")],
        ),
        (
            {"syntask.yaml": "include: [a.yaml]", "a.yaml": "include: syntask.yaml\ndefualts: {}"},
            [("include-failed", "a.yaml:1:10"), ("unknown-key", "a.yaml:2:1")],
        ),
        ({"syntask.yaml": "include: [a.yaml]", "a.yaml": "- ["}, [("invalid-yaml", "a.yaml:1:4")]),
        # What all deployments have from one place is one problem.
        (
            {"syntask.yaml": f"defaults: {{tags: 5}}\ndeployments:\n{ENTRY}{ENTRY.replace('one', 'two')}"},
            [("wrong-type", "syntask.yaml:1:18")],
        ),
        ({"syntask.yaml": "defaults: {tag: [a]}"}, [("unknown-key", "syntask.yaml:1:12")]),
        (
            {"syntask.yaml": "targets: {a: {url: x, mode: dev}}"},
            [("unknown-key", "syntask.yaml:1:15"), ("wrong-value", "syntask.yaml:1:29")],
        ),
        (
            {
                "syntask.yaml": "defaults: {parameters: [1]}\n"
                "deployments:\n- {name: a, entrypoint: p.f, parameters: {b: 1}}"
            },
            [("wrong-type", "syntask.yaml:1:24")],
        ),
        (
            {
                "syntask.yaml": "defaults: {parameters: {b: [1]}}\n"
                "deployments:\n- {name: a, entrypoint: p.f, parameters: {b: {c: 1}}}"
            },
            [("conflicting-layers", "syntask.yaml:3:43")],
        ),
        (
            {
                "syntask.yaml": "values:\n"
                "  a: {default: '{{ values.b }}'}\n  b: {default: '{{ values.a }}'}\n  c: {}"
            },
            [("invalid-template", "syntask.yaml:3:17"), ("missing-key", "syntask.yaml:4:3")],
        ),
        # One cause, one problem: whatever asks for a value that is not set.
        (
            {
                "syntask.yaml": "values: {a: {}, b: {default: '{{ values.a }}'}}\ndeployments:\n"
                "- {name: a, entrypoint: p.f, tags: ['{{ values.a }}', '{{ values.b }}']}"
            },
            [("missing-key", "syntask.yaml:1:10")],
        ),
        (
            {
                "syntask.yaml": "values: {a: {default: 1}}\n"
                "defaults: {version: '{{ values.b }}'}\ndeployments:\n" + ENTRY
            },
            [("unset-name", "syntask.yaml:2:22")],
        ),
        (
            {"syntask.yaml": "targets: {p: {values: {a: 1}, backend: x, profile: y, default: true}}"},
            [("unknown-key", "syntask.yaml:1:24"), ("conflicting-keys", "syntask.yaml:1:43")],
        ),
        (
            {
                "syntask.yaml": f"defaults: {{tags: {{a: 1}}}}\ntargets: {{p: {{mode: development}}}}\n"
                f"deployments:\n{ENTRY}"
            },
            [("wrong-type", "syntask.yaml:1:18")],
        ),
        (
            {"syntask.yaml": "targets: {p: {deployments: {a: {tags: [x]}}, mode: dev}}"},
            [("unknown-deployment", "syntask.yaml:1:29"), ("wrong-value", "syntask.yaml:1:52")],
        ),
    ],
)
def test_what_is_wrong(tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    (project, *_others) = reading(tmp_path, files).each()
    assert problems(project) == expected


def test_what_an_included_file_has_wrong_keeps_only_its_entry_from_being_deployed(tmp_path: Path) -> None:
    files = {
        "syntask.yaml": f"include: a.yaml\ndeployments:\n{ENTRY}",
        "a.yaml": "deployments:\n- {name: two, entrypoint: 'flows.py:report', paramters: {}}\n",
    }
    project = reading(tmp_path, files).choose(None)
    assert [len(each.errors) for each in project.declarations] == [0, 1]
    assert project.errors == ()


FIELDS: dict[str, Any] = {
    "tags": st.lists(st.sampled_from(["a", "b"]), unique=True),
    "parameters": st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2) | st.none()),
    "work_pool": st.fixed_dictionaries({}, optional={"name": st.just("p"), "work_queue_name": st.just("q")}),
    "description": st.sampled_from(["one", "two"]),
}
DEPLOYMENT = st.fixed_dictionaries({}, optional=FIELDS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEPLOYMENT, min_size=1, max_size=5), DEPLOYMENT, st.data())
def test_a_project_that_is_split_over_files_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    fields: list[dict[str, Any]],
    defaults: dict[str, Any],
    data: st.DataObject,
) -> None:
    deployments = [{"name": f"d{at}", "entrypoint": "pkg.flows:f", **each} for at, each in enumerate(fields)]
    homes = [data.draw(st.sampled_from(["syntask.yaml", "a.yaml", "b/c.yaml"])) for _ in deployments]
    split = {
        home: to_yaml(
            {"deployments": [each for each, its in zip(deployments, homes, strict=True) if its == home]}
        )
        for home in ("syntask.yaml", "a.yaml", "b/c.yaml")
    }
    split["syntask.yaml"] += to_yaml({"include": ["*.yaml", "b/*.yaml"], "defaults": defaults}).replace(
        "- '*.yaml'", "- a.yaml"
    )
    whole = {"syntask.yaml": to_yaml({"defaults": defaults, "deployments": deployments})}
    one = reading(tmp_path_factory.mktemp("one"), whole).choose(None)
    several = reading(tmp_path_factory.mktemp("several"), split).choose(None)
    assert sorted(entries(one), key=str) == sorted(entries(several), key=str)


def test_what_is_wrong_with_a_target_is_said_of_a_target(tmp_path: Path) -> None:
    text = "targets: {a: {url: x, mode: dev, defaults: {job_variables: {}}}}"
    found = reading(tmp_path, {"syntask.yaml": text}).each()[0].diagnostics
    assert [(each.detail, each.hint) for each in found] == [
        ("A target has no key `url`.", "Write `backend:`."),
        (
            "`mode` is the text `dev`; expected one of `development`, `production`.",
            "",
        ),
        ("A deployment has no key `job_variables`.", "Move it to `work_pool:`, as `job_variables`."),
    ]


@pytest.mark.parametrize("order", [("defaults", "deployments"), ("deployments", "defaults")])
@pytest.mark.parametrize(
    ("written", "entry"),
    [
        ("bogus+: [a]", ""),
        ("parameters+: {x: 1}", ""),
        ("parameters+: [a]", ""),
        ("parameters+: [a]", ", parameters: {days: 2}"),
        ("parameters+: [a]", ", parameters+: [b]"),
    ],
)
def test_what_appends_to_no_list_is_said_once_where_it_is_written(
    tmp_path: Path, order: tuple[str, str], written: str, entry: str
) -> None:
    parts = {
        "defaults": f"defaults: {{{written}}}\n",
        "deployments": f"deployments:\n- {{name: one, entrypoint: 'flows.py:report'{entry}}}\n",
    }
    project = reading(tmp_path, {"syntask.yaml": "".join(parts[each] for each in order)}).choose(None)

    found = once_per_location(project.diagnostics)

    expected = 2 if entry.startswith(", parameters+") else 1
    assert [each.code for each in found] == ["unknown-key"] * expected
    assert {each.detail for each in found} == {f"A deployment has no key `{written.partition(':')[0]}`."}


def test_what_appends_is_what_the_schema_says() -> None:
    (pattern,) = project_schema()["$defs"]["deployment"]["patternProperties"]
    assert pattern == rf"^({'|'.join(LISTS)})\+$"
