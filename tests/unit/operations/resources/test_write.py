"""Resources of a project: planned with its deployments, written, owned, and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendConflict, BackendError, BackendUnreachable, ProjectInvalid
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.secret import Secret
from syntask_yaml.plan.codec import encode
from tests.support.desk import Desk

ALL = """
resources:
  work_pools:
    small: {type: process, concurrency_limit: 4, queues: {high: {priority: 1}, default: {paused: true}}}
  variables: {region: north}
  blocks:
    s3-bucket/reports: {bucket_name: "{{ syntask.variables.region }}-x", credentials: aws-credentials/shop}
    aws-credentials/shop: {aws_access_key_id: shop, aws_secret_access_key: "{{ $KEY }}"}
  concurrency_limits: {database: {limit: 5}, api: 3}
"""
NAMES = [
    "work pool small",
    "work queue small/high",
    "work queue small/default",
    "variable region",
    "block aws-credentials/shop",
    "block s3-bucket/reports",
    "concurrency limit database",
    "concurrency limit api",
]


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(EmbeddedBackend.open(tmp_path / "home" / "syntask.db")) as backend:
        yield Desk(tmp_path, backend, environ={"KEY": "letmein"})


def declare(desk: Desk, resources: str = ALL, *entries: str, name: str = "shop") -> None:
    desk.declare(*entries, top=f"name: {name}\n{resources}")
    if not entries:
        desk.write(f"name: {name}\n{resources}\ndeployments: []\n")


def planned(desk: Desk, **request: bool) -> dict[str, str]:
    return {each.full_name: each.action.value for each in desk.plan(**request).plan.resources}


def became(desk: Desk, **request: Any) -> dict[str, str]:
    return {each.label: each.action for each in desk.deploy(**request).resources}


def test_resources_go_their_whole_way(desk: Desk) -> None:
    """Made in the order in which they need each other, unchanged, changed back, and deleted in reverse."""
    declare(desk)
    assert list(planned(desk)) == NAMES
    assert became(desk) == dict.fromkeys(NAMES, "created")
    assert set(planned(desk).values()) == {"unchanged"}
    assert desk.backend.block("s3-bucket", "reports") == Block(
        "s3-bucket", "reports", {"bucket_name": "north-x", "credentials": "aws-credentials/shop"}
    )

    desk.backend.update_pool("small", {"concurrency_limit": None})
    desk.backend.update_queue("small", "high", {"priority": 7})
    desk.backend.set_variable(Variable("region", "south", ("kept",)))
    desk.backend.update_block(Block("aws-credentials", "shop", {"aws_secret_access_key": Secret("stolen")}))
    desk.backend.update_concurrency_limit("database", {"limit": 50, "is_active": False})
    assert [name for name, action in planned(desk).items() if action == "update"] == [
        *(NAMES[0], NAMES[1], NAMES[3], NAMES[4], NAMES[6])
    ]
    became(desk)
    assert set(planned(desk).values()) == {"unchanged"}
    assert Variable("region", "north", ("kept",)) in desk.backend.variables()
    limits = {each.name: each for each in desk.backend.concurrency_limits()}
    assert limits["database"] == GlobalConcurrencyLimit(name="database", limit=5, is_active=False)

    declare(desk, "")
    assert planned(desk) == {}
    assert ["variable region" in each.detail for each in desk.plan().warnings] == [True]
    deleted = list(became(desk, prune=True))
    assert set(deleted) == set(NAMES) - {"work queue small/default"}  # which goes with its pool
    assert deleted[-2:] == ["work queue small/high", "work pool small"]
    assert desk.backend.ledgers() == []


def test_a_deployment_uses_what_is_made_with_it(desk: Desk) -> None:
    """Its pool, queue, variable and block; and job variables are checked against the declared template."""
    template = (
        "{job_configuration: {command: '{{ command }}', memory: '{{ memory }}'}, "
        "variables: {properties: {command: {type: string}, memory: {type: integer}}}}"
    )
    resources = (
        f"resources: {{work_pools: {{small: {{type: process, base_job_template: {template}, "
        "queues: {high: }}}, variables: {batch: 5}, blocks: {secret/token: {value: '{{ $KEY }}'}}}"
    )
    entry = (
        'parameters: {{batch: "{{{{ syntask.variables.batch }}}}"}}, '
        "work_pool: {{name: small, work_queue_name: high, "
        "job_variables: {{memory: {memory}, command: '{{{{ syntask.blocks.secret.token }}}}'}}}}"
    )
    declare(desk, resources, entry.format(memory="many"))
    with pytest.raises(ProjectInvalid) as caught:
        desk.plan()
    assert sorted(each.code for each in caught.value.diagnostics) == ["wrong-job-variable"] * 2

    entry = entry.replace(", command: '{{{{ syntask.blocks.secret.token }}}}'", "")
    declare(desk, resources, entry.format(memory=2))
    assert [each.code for each in desk.plan().diagnostics] == ["default-pull"]
    assert desk.actions() == ["created"]
    assert desk.deployed().parameters == {"batch": 5}
    declare(desk, resources.replace("small", "other"), entry.format(memory=2).replace("small", "other"))
    with pytest.raises(ProjectInvalid) as caught:
        desk.plan("d0")
    assert [each.hint for each in caught.value.diagnostics] == [
        "The project declares it. Run `syntask deploy --all` to create it."
    ]


def test_what_is_not_this_projects_is_left_alone(desk: Desk) -> None:
    """Whether somebody made it by hand or another project did; until this project is told to take it over."""
    desk.backend.create_pool(WorkPool(name="small", type="process", concurrency_limit=1))
    declare(desk, "resources: {variables: {region: west}}", name="other")
    desk.deploy()
    declare(desk)
    with pytest.raises(ProjectInvalid) as caught:
        desk.plan()
    assert [each.detail for each in caught.value.diagnostics] == [
        "The work pool `small` is on the backend and belongs to no project.",
        "The variable `region` belongs to the project `other`.",
    ]

    taken = planned(desk, take_over=True)
    assert (taken["work pool small"], taken["variable region"]) == ("update", "update")
    became(desk, take_over=True)
    assert set(planned(desk).values()) == {"unchanged"}
    owners = {each.owner.project: each.names for each in desk.backend.ledgers()}
    assert owners == {"shop": frozenset(NAMES) - {"work queue small/default"}}
    declare(desk, "", name="other")
    assert planned(desk, prune=True) == {}


def test_a_second_project_of_the_same_name_is_refused(desk: Desk, tmp_path: Path) -> None:
    declare(desk)
    desk.deploy()
    (tmp_path / "second").mkdir()
    other = replace(desk, folder=tmp_path / "second")
    declare(other)
    with pytest.raises(BackendConflict, match="was deployed from"):
        other.plan()
    assert set(planned(other, take_over=True).values()) == {"update"}
    other.deploy(take_over=True)
    assert set(planned(other).values()) == {"unchanged"}
    with pytest.raises(BackendConflict, match="was deployed from"):
        desk.plan()


def test_what_is_not_written_stays(desk: Desk) -> None:
    """And null removes."""
    declare(desk)
    desk.deploy()
    declare(
        desk,
        "resources: {work_pools: {small: {type: process}}, blocks: {aws-credentials/shop: {region_name: x}}}",
    )
    desk.deploy()
    pool = next(each for each in desk.backend.pools() if each.name == "small")
    assert pool.concurrency_limit == 4
    block = desk.backend.block("aws-credentials", "shop")
    assert block is not None
    assert block.data["aws_access_key_id"] == "shop"
    assert block.data["aws_secret_access_key"] == Secret("letmein")
    declare(desk, "resources: {work_pools: {small: {type: process, concurrency_limit: null}}}")
    desk.deploy()
    pool = next(each for each in desk.backend.pools() if each.name == "small")
    assert pool.concurrency_limit is None


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ("work_pools: {k8s: {type: kubernetes}}", "does not serve work pools of type `kubernetes`"),
        ("work_pools: {a/b: {type: process}}", "not a valid work pool name"),
        ("work_pools: {a: {type: process, base_job_template: lost.json}}", "`lost.json` cannot be read"),
        ("work_pools: {a: {type: process, base_job_template: flows.py}}", "`flows.py` cannot be read"),
        ("work_pools: {a: {type: process, base_job_template: {}}}", "requires `job_configuration`"),
        ("work_pools: {default: {type: docker}}", "the type of a pool cannot change"),
        ("blocks: {secret/a: {}}", "requires the field `value`"),
        ("blocks: {secret/a: {valu: b}}", "has no field `valu`"),
        ("blocks: {sekret/a: {value: b}}", "no block type `sekret`"),
        (
            "blocks: {s3-bucket/a: {bucket_name: b, credentials: aws-credentials/none}}",
            "no block `aws-credentials/none`",
        ),
        ('concurrency_limits: {a: "{{ $KEY }}"}', "expected a whole number"),
    ],
    ids=lambda value: value if value.isidentifier() else None,
)
def test_what_a_backend_would_refuse_stops_the_plan(desk: Desk, resources: str, message: str) -> None:
    declare(desk, f"resources: {{{resources}}}")
    with pytest.raises(ProjectInvalid) as caught:
        desk.plan(take_over=True)
    assert any(message in each.detail and each.span for each in caught.value.diagnostics)


def test_a_project_without_a_name_owns_nothing(desk: Desk) -> None:
    desk.write(f"deployments: []\n{ALL}")
    with pytest.raises(ProjectInvalid, match="under the name of their project"):
        desk.plan()


def test_secrets_are_in_no_plan(desk: Desk) -> None:
    declare(desk)
    made = str(encode(desk.plan().plan))
    desk.deploy()
    changed = str(encode(desk.seeing(KEY="opensesame").plan().plan))
    for text in made, changed:
        assert "(secret)" in text
        assert "letmein" not in text
        assert "opensesame" not in text


class Failing:
    """A backend on which a verb fails."""

    def __init__(self, backend: Backend, verb: str, error: BackendError) -> None:
        self._backend, self._verb, self._error = backend, verb, error

    def __getattr__(self, name: str) -> object:
        return self._fail if name == self._verb else getattr(self._backend, name)

    def _fail(self, *_: object, **__: object) -> object:
        raise self._error


def failing(desk: Desk, verb: str, error: BackendError) -> Desk:
    return replace(desk, backend=Failing(desk.backend, verb, error))  # type: ignore[arg-type]


def test_one_that_cannot_be_written_keeps_others_from_nothing_but_deletion(desk: Desk) -> None:
    declare(desk)
    desk.deploy()
    declare(desk, ALL.replace("region: north", "region: south").replace("api: 3", "new: 1"))
    done = became(failing(desk, "set_variable", BackendError("no")), prune=True)
    assert done == {
        **dict.fromkeys(NAMES[:-1], "unchanged"),
        "variable region": "failed",
        "block s3-bucket/reports": "updated",
        "concurrency limit new": "created",
        "concurrency limit api": "skipped",
    }
    done = became(desk, prune=True)
    assert (done["variable region"], done["concurrency limit api"]) == ("updated", "deleted")


def test_nothing_is_written_that_no_ledger_knows(desk: Desk) -> None:
    """And once the backend is away, nothing more is tried."""
    declare(desk)
    away = BackendUnreachable("gone")
    assert set(became(failing(desk, "write_ledger", away)).values()) == {"failed"}
    assert [each.name for each in desk.backend.pools()] == ["default"]
    assert set(became(failing(desk, "create_pool", away)).values()) == {"failed"}
    assert desk.backend.variables() == []
    assert set(became(desk).values()) == {"created"}


def test_what_somebody_made_meanwhile_stays_theirs(desk: Desk) -> None:
    """After the plan and before the write."""
    declare(desk)

    class Racing(Failing):
        def _fail(self, *_: object, **__: object) -> object:
            self._backend.create_pool(WorkPool(name="small", type="process"))
            return self._backend.create_pool(WorkPool(name="small", type="process"))

    racing = replace(desk, backend=Racing(desk.backend, "create_pool", BackendError("")))  # type: ignore[arg-type]
    assert became(racing)["work pool small"] == "failed"
    with pytest.raises(ProjectInvalid, match="`small` is on the backend and belongs to no project"):
        desk.plan()


def test_a_queue_of_an_own_pool_is_the_projects_whoever_made_it(desk: Desk) -> None:
    declare(desk, "resources: {work_pools: {small: {type: process}}}")
    desk.deploy()
    desk.backend.create_queue(WorkQueue(pool="small", name="high"))
    declare(desk, "resources: {work_pools: {small: {type: process, queues: {high: {concurrency_limit: 2}}}}}")
    assert planned(desk)["work queue small/high"] == "update"


def test_a_project_that_was_renamed_prunes_what_it_declared_before(desk: Desk) -> None:
    """It is the same project: what it takes over comes from the same place."""
    declare(desk, ALL, "work_pool: {name: small}", "work_pool: {name: small}")
    desk.deploy()
    declare(desk, "resources: {variables: {region: north}}", "work_pool: {name: default}", name="store")
    gone = {name for name in NAMES if name not in ("variable region", "work queue small/default")}
    found = planned(desk, prune=True, take_over=True)
    assert {name for name, action in found.items() if action == "delete"} == gone

    assert desk.deploy(prune=True, take_over=True).is_good

    assert [each.name for each in desk.backend.pools()] == ["default"]
    assert list(desk.backend.blocks()) == []
    owners = {each.owner.project: each.names for each in desk.backend.ledgers() if each.names}
    assert owners == {"store": {"variable region"}}
    assert not desk.plan(prune=True).plan.has_changes


@pytest.mark.parametrize("left", ["resources: {variables: {region: north}}", ""])
def test_what_a_renamed_project_took_over_is_pruned_later(desk: Desk, left: str) -> None:
    declare(desk, ALL, "work_pool: {name: small}", "work_pool: {name: small}")
    desk.deploy()
    there = {name for each in desk.backend.ledgers() for name in each.names}
    declare(desk, left, "work_pool: {name: default}", name="store")

    assert desk.deploy(take_over=True).is_good

    owners = {each.owner.project: each.names for each in desk.backend.ledgers() if each.names}
    assert owners == {"store": there}
    assert desk.deploy(prune=True).is_good
    assert [each.name for each in desk.backend.pools()] == ["default"]
    assert list(desk.backend.blocks()) == []
    assert [each.name for each in desk.backend.variables()] == (["region"] if left else [])


def test_a_rename_that_was_killed_between_two_writes_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(desk, ALL)
    desk.deploy()
    declare(desk, "resources: {variables: {region: north}}", name="store")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(desk.backend, "delete_concurrency_limit", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.deploy(prune=True, take_over=True)

    assert desk.deploy(prune=True).is_good
    assert [each.name for each in desk.backend.pools()] == ["default"]
    assert list(desk.backend.concurrency_limits()) == []


def test_what_another_target_still_has_under_the_old_name_stays(desk: Desk) -> None:
    targets = "targets: {dev: {default: true, name_prefix: dev-}, prod: {name_prefix: prod-}}\n"
    declare(desk, targets + ALL)
    desk.deploy()
    declare(desk, targets.replace("default: true, ", "").replace("prod: {", "prod: {default: true, ") + ALL)
    desk.deploy()
    declare(desk, f"{targets}resources: {{variables: {{region: north}}}}", name="store")

    desk.deploy(prune=True, take_over=True)

    assert {each.name for each in desk.backend.pools()} == {"default", "small"}
    owners = {each.owner.project: each.names for each in desk.backend.ledgers() if each.names}
    assert set(owners) == {"store:dev", "shop:prod"}
    assert "work pool small" in owners["shop:prod"]
    assert owners["store:dev"] == {"variable region"}
