"""Previews on a real server: each for itself, until it runs out; what others use of them stays."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.operations.destroy import expired_contexts
from syntask_yaml.operations.expiry import find_expired
from tests.support.prefect_server import PrefectServer
from tests.support.target_desk import TargetDesk

pytestmark = [pytest.mark.real, pytest.mark.torture]


def test_previews_run_out_and_leave_what_others_use(empty: PrefectServer, tmp_path: Path) -> None:
    """The pool stays as long as production has it, and while a guest is in it, and goes in the end."""
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        desk = TargetDesk(tmp_path / "work", backend)
        began = utc_now()
        desk.deploy("preview", "7")
        desk.deploy("preview", "8")
        second = next(iter(backend.deploy_records("shop:preview")))
        assert second.ended is not None
        desk.deploy("preview", "7")
        context, now = desk.context("preview"), second.ended + timedelta(days=7, microseconds=1)
        assert find_expired(context, began + timedelta(days=7)) == []
        (eight,) = expired_contexts(context, now)
        desk.destroy(eight)
        assert (desk.names, desk.has_resources) == (["etl/pr-7-one"], True)

        desk.deploy("prod")
        guest = Deployment(flow="load", name="guest", work_pool="small", work_queue="quick", project="mall")
        list(backend.write([Write(None, guest)]))
        (seven,) = expired_contexts(context, utc_now() + timedelta(days=8))
        desk.destroy(seven)
        assert (sorted(desk.names), desk.owners()) == (["etl/one", "load/guest"], {"shop:prod"})

        said, *_ = desk.destroy(desk.context("prod"))
        assert said.endswith("`load/guest` of `mall` uses it.")
        assert desk.names == ["load/guest"]
        (stored,) = backend.deployments(names=["load/guest"])
        list(backend.write([Write(stored, None)]))
        assert desk.destroy(desk.context("prod")) == []
        assert (desk.names, desk.has_resources, desk.owners()) == ([], False, set())
