"""Only what is needed to create the work pools of an upgrade."""

from __future__ import annotations

import json

from syntask_yaml.upgrade.draft import BlockNeed
from syntask_yaml.upgrade.request import SourceKind
from tests.support.upgrading import OldRepository, codes, inline, saved


def test_templates_are_written_and_nothing_else(old: OldRepository) -> None:
    block = inline("ecs-task", aws_credentials=saved("aws-credentials", "prod"), image="r.example.com/o:1")
    storage = saved("s3", "code", bucket_path="b/orders", aws_access_key_id="********")
    file = old.deployment(infrastructure=block, storage=storage, strange=1, infra_overrides={"sort": "x"})
    script = old.write("run.sh", "prefect deployment apply nightly-deployment.yaml\n")
    before = file.read_bytes(), script.read_bytes()

    upgrade = old.written(pools_only=True)

    assert [change.shown for change in upgrade.changes] == ["work-pools/ecs.json"]
    template = json.loads((old.root / "work-pools/ecs.json").read_text())
    assert "{{ prefect.blocks.aws-credentials.prod }}" in json.dumps(template)
    assert upgrade.blocks == (BlockNeed("aws-credentials", "prod"),)
    assert (file.read_bytes(), script.read_bytes()) == before
    assert not (old.root / "syntask.yaml").exists()
    assert codes(upgrade.diagnostics) == {"override-unknown"}
    assert upgrade.summary == "1 work pool to create. 1 block to create."
    assert [command.split()[1] for _, command in upgrade.next_steps] == ["block", "work-pool", "worker"]
    assert not old.upgrade(pools_only=True).changes


def test_kinds_of_sources_still_count(old: OldRepository) -> None:
    old.deployment(infrastructure=inline("ecs-task", family="loads"))

    upgrade = old.upgrade(pools_only=True, only=frozenset({SourceKind.COMMANDS}))

    assert upgrade.is_empty
    assert upgrade.summary == "Nothing to upgrade."
