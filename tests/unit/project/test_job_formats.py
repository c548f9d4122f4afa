"""What workers refuse though the template of the pool accepts it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from docker import errors, utils  # first: a Prefect in this process may load docker lazily
from docker.models.containers import _create_container_args

from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.project.job_formats import _CREATE_KEYWORDS, _SET_BY_WORKERS, format_problems, swap_problem
from syntask_yaml.project.job_variables import check_job_variables, check_run_job_variables
from syntask_yaml.source import Source

TEMPLATE: dict[str, Any] = {
    "variables": {
        "properties": {
            "image": {"type": "string"},
            "volumes": {"type": "array", "items": {"type": "string"}},
            "mem_limit": {"type": "string"},
            "memswap_limit": {"type": "string", "default": "1g"},
        }
    },
    "job_configuration": {
        name: f"{{{{ {name} }}}}" for name in ("image", "volumes", "mem_limit", "memswap_limit")
    },
}
POOL = WorkPool(name="box", type="docker", base_job_template=TEMPLATE)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "debian",
            "debian:12",
            "team/app",
            "localhost:5000/app:1.0",
            "Registry.example.com/app",
            "a__b/c--d",
        ),
        *("ghcr.io/team/app@sha256:" + "0" * 64, "[::1]:5000/app", "app:Tag_1.2-x", "{{ built.image }}"),
    ],
)
def test_image_references_are_accepted(text: str) -> None:
    assert not list(format_problems("docker", "image", text))
    assert not list(format_problems("kubernetes", "image", text))


@pytest.mark.parametrize(
    "text",
    ["App", "team/App:1", "app:", "app:a:b", "app@sha256:12", "-app", "a//b", "app name", "https://host/app"],
)
def test_what_is_no_image_reference_is_refused(text: str) -> None:
    assert list(format_problems("docker", "image", text))


@pytest.mark.parametrize(
    "text",
    ["/data:/data", "/data:/data:ro", "./data:/data:rw", "..:/up", "data:/data", "/data", "C:\\data:/data"],
)
def test_volumes_are_accepted(text: str) -> None:
    assert not list(format_problems("docker", "volumes", [text]))


@pytest.mark.parametrize("text", ["./data", "/a:/b:ro,z", "/a:b", "$(pwd):/data", "a/b:/c", "", "data"])
def test_what_is_no_volume_is_refused(text: str) -> None:
    assert list(format_problems("docker", "volumes", ["/sound:/sound", text]))


@pytest.mark.parametrize(
    "text",
    [
        "512m",
        "2g",
        "2gb",
        "1.5G",
        "1024",
        "-1",
        "100 k",
        "12 parsecs",
        "1gi",
        "much",
        "m",
        "1g1",
        "512MiB",
        "",
    ],
)
def test_amounts_of_memory_are_those_of_docker(text: str) -> None:
    try:
        utils.parse_bytes(text)
        is_accepted = True
    except (errors.DockerException, IndexError):
        is_accepted = False

    assert is_accepted is not any(format_problems("docker", "mem_limit", text))


def test_options_to_create_a_container_are_those_of_docker() -> None:
    """All others are unexpected; a newer docker-py may know more, which then belong into the table."""
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        _create_container_args({"nosuch": None, "version": "1.43"})
    for name in _CREATE_KEYWORDS:
        with suppress(errors.DockerException):  # the option is known, and its value is not
            _create_container_args({name: None, "version": "1.43"})
    assert not _CREATE_KEYWORDS & _SET_BY_WORKERS.keys()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("extra_host", "Did you mean `extra_hosts`?"),
        ("image", "Set the job variable `image` instead."),
        ("environment", "Set the job variable `env` instead."),
    ],
)
def test_an_option_that_has_no_effect_is_refused_with_the_remedy(name: str, hint: str) -> None:
    (found,) = format_problems("docker", "container_create_kwargs", {name: 1, "shm_size": "1g"})

    assert found.hint == hint


@pytest.mark.parametrize("text", ["1", "0.5", "500m", "1e3", "128Mi", "2Gi", "1.5G", "100k", ".5"])
def test_quantities_are_accepted(text: str) -> None:
    assert not list(format_problems("kubernetes", "memory_limit", text))


@pytest.mark.parametrize(
    ("text", "hint"),
    [("512MB", "`512Mi`"), ("1gi", "`1Gi`"), ("lots", "500m"), ("1 Gi", "`1Gi`"), ("", "500m")],
)
def test_what_is_no_quantity_is_refused(text: str, hint: str) -> None:
    (found,) = format_problems("kubernetes", "cpu_request", text)

    assert hint in found.hint


@pytest.mark.parametrize(
    ("variable", "text", "is_accepted"),
    [
        ("namespace", "team-a", True),
        ("namespace", "team.a", False),
        ("namespace", "No_Such", False),
        ("namespace", "a" * 64, False),
        ("service_account_name", "team.robot", True),
        ("service_account_name", "Bad Name!", False),
        ("service_account_name", "-robot", False),
    ],
)
def test_names_are_those_of_kubernetes(variable: str, text: str, is_accepted: bool) -> None:
    assert is_accepted is not any(format_problems("kubernetes", variable, text))


def test_other_pools_and_values_of_another_type_are_left_alone() -> None:
    assert not list(format_problems("process", "image", "Not An Image"))
    assert not list(format_problems("ecs", "memory", "lots"))
    assert not list(format_problems("docker", "image", 5))


@pytest.mark.parametrize(
    ("memory", "swap", "fits"),
    [("1g", "512m", False), ("1g", "1g", True), ("512m", "-1", True), ("1g", "0", True), ("1g", None, True)],
)
def test_swap_includes_memory(memory: str, swap: str | None, fits: bool) -> None:
    assert (swap_problem({"mem_limit": memory, "memswap_limit": swap}) is None) is fits


def entry(**variables: Any) -> Node:
    return Node({"work_pool": {"name": "box", "job_variables": variables}}, Source("f.yaml", ""), 0)


def test_each_problem_stands_at_its_value() -> None:
    """The limits that the pool has by default count, too."""
    found = list(
        check_job_variables(entry(volumes=["data", "/a:/b:z"], mem_limit="2g"), POOL, by_server=True)
    )

    assert [(each.code, each.path[-1]) for each in found] == [
        ("wrong-job-variable", "volumes"),
        ("wrong-job-variable", "volumes"),
        ("wrong-job-variable", "mem_limit"),
    ]
    assert "`data` is not a volume." in found[0].detail
    assert "is less than `mem_limit`" in found[2].detail


def test_job_variables_of_a_run_are_checked_alike() -> None:
    given = Node({"image": "App", "memswap_limit": "1g"}, Source("job variables", ""), 0)
    found = check_run_job_variables({"mem_limit": "2g"}, given, POOL, by_server=True)

    assert [each.path[-1] for each in found] == ["image", "memswap_limit"]


def test_a_variable_that_the_template_does_not_have_is_unknown_only() -> None:
    found = check_job_variables(entry(container_create_kwargs={"nosuch": 1}), POOL, by_server=True)

    assert [each.code for each in found] == ["unknown-job-variable"]


def test_a_variable_that_no_part_of_the_job_uses_has_no_effect() -> None:
    template = {
        **TEMPLATE,
        "job_configuration": {"image": "{{ image }}", "labels": {"of": "{{ mem_limit }}"}},
    }
    pool = WorkPool(name="box", type="docker", base_job_template=template)
    given = entry(image="debian", mem_limit="512m", volumes=["/a:/b"])

    [found] = check_job_variables(given, pool, by_server=True)

    assert (found.code, found.severity.value, found.path[-1]) == ("unused-job-variable", "warning", "volumes")
    assert "Use `{{ volumes }}` in `job_configuration`" in found.hint


def test_a_misspelt_key_of_the_job_loses_its_variable() -> None:
    """One that nobody misspells may be known to the worker."""
    job = {"image": "{{ image }}", "volmes": "{{ volumes }}", "container_create_kwargs": "{{ mem_limit }}"}
    pool = WorkPool(name="box", type="docker", base_job_template={**TEMPLATE, "job_configuration": job})
    given = entry(image="debian", mem_limit="512m", volumes=["/a:/b"])

    [found] = check_job_variables(given, pool, by_server=True)

    assert (found.code, found.path[-1]) == ("unused-job-variable", "volumes")
    assert "under `volmes`, which no worker of type `docker` reads" in found.detail
    assert found.hint.startswith("Rename `volmes` to `volumes` in `job_configuration`")
