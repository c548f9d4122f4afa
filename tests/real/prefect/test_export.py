"""What is exported from a server plans to no change."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.connect import connect
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.plan.changes import Action
from tests.support.deployments import POOL, deployments
from tests.support.exported import FREE, changes_in, export_to, write_all
from tests.support.prefect_server import PrefectServer


@given(
    wanted=st.lists(deployments(project="etl"), min_size=8, max_size=8, unique_by=lambda each: each.full_name)
)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_export_then_plan_is_empty(server: PrefectServer, wanted: list[Deployment]) -> None:
    """For every field, whatever it holds."""
    server.empty()
    server.create_pool(POOL, base_job_template=FREE)
    with TemporaryDirectory() as name:
        folder = Path(name)
        backend = connect(server.api, store=folder / "unused.db")
        try:
            write_all(backend, wanted, folder)
            assert export_to(folder, backend) == ()
            changes = changes_in(folder, backend)
        finally:
            backend.close()
    found = [(each.action, each.fields) for each in changes]
    assert found == [(Action.UNCHANGED, ())] * len(wanted)
