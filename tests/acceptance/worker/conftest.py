"""Sites with the flows of the folder `code`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import Site

CODE = Path(__file__).parent / "code"
Deployed = Callable[..., Site]


@pytest.fixture(name="deployed")
def _deployed(tmp_path: Path) -> Deployed:
    """Makes a site with deployments of the flows in `plain.py`: by name, or with what they declare."""

    def deployed(
        *names: str, environ: Mapping[str, str] | None = None, **declared: Mapping[str, Any]
    ) -> Site:
        site = Site(tmp_path / "site", environ or {})
        shutil.copytree(CODE, site.code, dirs_exist_ok=True)
        plain = {name: {"entrypoint": f"plain.py:{name}"} for name in names}
        more = {name: {"entrypoint": f"plain.py:{name}", **entry} for name, entry in declared.items()}
        site.deploy({**plain, **more})
        return site

    return deployed
