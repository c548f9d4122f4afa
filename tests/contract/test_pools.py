"""Work pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, NotFound
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool

Deploy = Callable[..., list[Stored]]

ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl")


def errors(backend: Backend, *writes: Write) -> list[type[BackendError] | None]:
    found = [written.error for written in backend.write(writes)]
    return [None if error is None else type(error) for error in found]


def test_there_is_a_process_pool(backend: Backend, pool: str) -> None:
    """It has a template that says what a job of a process is."""
    (found,) = [each for each in backend.pools() if each.name == pool]

    assert (found.type, found.is_paused) == ("process", False)
    template: Mapping[str, Any] = found.base_job_template
    job, variables = template["job_configuration"], template["variables"]
    expected = {"command", "env", "labels", "name", "stream_output", "working_dir"}
    assert expected == job.keys() == variables["properties"].keys()
    assert {f"{{{{ {name} }}}}" for name in expected} == set(job.values())


def test_the_types_of_pools_are_told(backend: Backend) -> None:
    """What our own worker serves is among them everywhere, and a pool of each can be made."""
    types = backend.pool_types()

    assert "process" in types
    assert types == sorted(set(types))
    for kind in types:
        assert backend.create_pool(WorkPool(name=f"of-{kind}", type=kind)).type == kind


def test_a_pool_that_is_made_is_there(backend: Backend) -> None:
    """All of it is read back, by name among the others."""
    template: Mapping[str, Any] = {
        "job_configuration": {"image": "{{ image }}"},
        "variables": {"properties": {"image": {}}},
    }
    wanted = WorkPool(
        name="containers",
        type="process",
        description="ünder",
        base_job_template=template,
        is_paused=True,
        concurrency_limit=3,
    )
    made = backend.create_pool(wanted)

    assert replace(wanted, status="PAUSED") == made
    assert made in backend.pools()
    assert sorted(pool.name for pool in backend.pools()) == [pool.name for pool in backend.pools()]


def test_a_process_pool_has_a_template_even_if_none_is_given(backend: Backend, pool: str) -> None:
    """It is that of every process pool."""
    backend.create_pool(WorkPool(name="other", type="process"))
    templates = {each.name: each.base_job_template for each in backend.pools()}

    assert templates[pool] == templates["other"]


def test_a_pool_is_made_once(backend: Backend, pool: str) -> None:
    """Its name is taken."""
    with pytest.raises(BackendConflict, match=pool):
        backend.create_pool(WorkPool(name=pool, type="process", description="another"))

    assert "another" not in [each.description for each in backend.pools()]


def test_a_pool_is_changed_in_what_is_given(backend: Backend) -> None:
    """All else stays, and a limit can be removed."""
    made = backend.create_pool(
        WorkPool(name="mine", type="process", description="before", concurrency_limit=3)
    )

    paused = backend.update_pool("mine", {"is_paused": True, "concurrency_limit": 0})
    resumed = backend.update_pool("mine", {"is_paused": False, "concurrency_limit": None})

    assert (paused.is_paused, paused.status, paused.concurrency_limit) == (True, "PAUSED", 0)
    assert (resumed.is_paused, resumed.concurrency_limit) == (False, None)
    assert (resumed.description, resumed.base_job_template) == ("before", made.base_job_template)
    assert resumed in backend.pools()


def test_a_pool_that_is_not_there_is_not_changed(backend: Backend) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        backend.update_pool("nowhere", {"is_paused": True})

    assert not backend.delete_pool("nowhere")


def test_a_pool_is_deleted_once_no_deployment_uses_it(backend: Backend, deploy: Deploy) -> None:
    backend.create_pool(WorkPool(name="mine", type="process"))
    [stored] = deploy(replace(ETL, work_pool="mine"))

    with pytest.raises(BackendConflict, match="etl/prod"):
        backend.delete_pool("mine")
    list(backend.write([Write(stored, None)]))

    assert backend.delete_pool("mine")
    assert "mine" not in [each.name for each in backend.pools()]


def test_the_template_of_a_type_is_that_of_a_new_pool(backend: Backend) -> None:
    made = backend.create_pool(WorkPool(name="mine", type="process"))

    assert backend.pool_template("process") == made.base_job_template


@pytest.mark.parametrize("name", ["", "a/b", "100%", "a&b", "<a>"])
def test_a_pool_needs_a_name_that_can_be(backend: Backend, name: str) -> None:
    """Names go into addresses."""
    with pytest.raises(BackendRefused):
        backend.create_pool(WorkPool(name=name, type="process"))
