"""A new backend is a folder and the rows of its URLs: the worker serves it too, if it has a queue of runs."""

from __future__ import annotations

from pathlib import Path

from tests.support.package_copy import PackageCopy

_BACKEND = '''
"""A backend that keeps a file for each name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syntask_yaml.backend.embedded import EmbeddedBackend


class ShelfBackend(EmbeddedBackend):
    """The embedded backend under another name."""

    @classmethod
    def open_shelf(cls, url: str, store: Path, _environ: Mapping[str, str], creates: bool) -> ShelfBackend:
        name = url.partition(":")[2]
        backend = cls.open(Path.home() / f"{name}.shelf", creates=creates)
        backend.url = url
        return backend
'''

_PROJECT = """
deployments:
- name: one
  entrypoint: flows.py:hello
  parameters:
    text: "{{ prefect.variables.greeting }}"
"""


def test_a_new_backend_is_deployed_to_and_served(tmp_path: Path) -> None:
    package = PackageCopy(tmp_path)
    (package.path / "syntask_yaml/backend/shelf").mkdir()
    package.write("syntask_yaml/backend/shelf/__init__.py", _BACKEND)
    package.insert(
        "syntask_yaml/backend/connect.py",
        "from syntask_yaml.backend.base import Backend\n",
        "from syntask_yaml.backend.shelf import ShelfBackend\n",
    )
    package.insert(
        "syntask_yaml/backend/connect.py",
        "OPENERS: Mapping[str, _Opener] = {\n",
        '    "shelf:": ShelfBackend.open_shelf,\n',
    )
    package.declare(_PROJECT.replace("{{ prefect.variables.greeting }}", "good day"))
    flow = "from syntask import flow\n\n\n@flow\ndef hello(text: str):\n    print(text)\n"
    (package.console.directory / "flows.py").write_text(flow, encoding="utf-8")
    chosen = "SYNTASK_BACKEND=shelf:books"

    package.run(f"{chosen} syntask deploy --all --yes")
    package.run(f"{chosen} syntask deployment run hello/one")
    assert "on shelf:books." in package.run(f"{chosen} syntask worker start --run-once")
    assert "good day" in package.run(f"{chosen} syntask flow-run logs")
    assert "There are no runs." in package.run("syntask flow-run ls")
    assert (package.console.home / "books.shelf").exists()
