"""Each real store in turn, and the steps that reach it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.events import Event, StepOutput
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from tests.support import object_stores
from tests.support.object_stores import ObjectStore

# How the steps of a kind of store are called, and what it calls a bucket.
NAMES: Mapping[str, tuple[str, str, str]] = {
    "s3": (
        "prefect_aws.deployments.steps.push_to_s3",
        "prefect_aws.deployments.steps.pull_from_s3",
        "bucket",
    ),
    "gcs": (
        "syntask_gcp.deployments.steps.push_to_gcs",
        "syntask_gcp.deployments.steps.pull_from_gcs",
        "bucket",
    ),
    "azure": (
        "prefect_azure.deployments.steps.push_to_azure_blob_storage",
        "prefect_azure.deployments.steps.pull_from_azure_blob_storage",
        "container",
    ),
}


@dataclass
class Workplace:
    """A directory to push from or pull into, and everything that anybody saw meanwhile."""

    directory: Path
    store: ObjectStore
    events: list[Event] = field(default_factory=list)
    context: StepContext = field(init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.context = StepContext(self.directory, os.environ)

    @property
    def lines(self) -> list[str]:
        return [event.line for event in self.events if isinstance(event, StepOutput)]

    def push(self, folder: str = "production", **inputs: Any) -> Outputs:
        """Copy the directory to the store."""
        return self._run(NAMES[self.store.kind][0], folder, inputs)

    def pull(self, folder: str = "production", **inputs: Any) -> Outputs:
        """Copy the folder of the store here."""
        return self._run(NAMES[self.store.kind][1], folder, inputs)

    def _run(self, name: str, folder: str, inputs: Mapping[str, Any]) -> Outputs:
        bucket = {NAMES[self.store.kind][2]: self.store.bucket, "folder": folder}
        return self.step(name, **{**self.store.inputs, **bucket, **inputs})

    def step(self, name: str, **inputs: Any) -> Outputs:
        """Run one step as a run would."""
        return run_steps(
            [Step(name, inputs)],
            section="pull",
            label="etl",
            context=self.context,
            scope=Scope(),
            notify=self.events.append,
        )

    def write(self, **files: str | bytes) -> None:
        """Write *files*, of which `a__b` is `a/b`."""
        for name, content in files.items():
            self.put(name.replace("__", "/"), content)

    def put(self, name: str, content: str | bytes) -> None:
        """Write one file."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        found = (path for path in self.directory.rglob("*") if path.is_file())
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in found}

    @property
    def copied(self) -> str:
        """The last line that says how much is copied."""
        return [line for line in self.lines if line.startswith("Copying ")][-1]


def _needs(program: str) -> pytest.MarkDecorator:
    reason = object_stores.missing(program)
    return pytest.mark.skipif(bool(reason), reason=reason or "installed")


@pytest.fixture(
    scope="session",
    name="any_store",
    params=[
        pytest.param("moto", marks=_needs(object_stores.MOTO)),
        pytest.param("rclone", marks=_needs(object_stores.RCLONE)),
        pytest.param("gcs", marks=_needs(object_stores.GCS)),
        pytest.param("azure", marks=_needs(object_stores.AZURE)),
    ],
)
def _any_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ObjectStore]:
    starts: Mapping[str, Callable[[], AbstractContextManager[ObjectStore]]] = {
        "moto": object_stores.moto,
        "rclone": lambda: object_stores.rclone(tmp_path_factory.mktemp("buckets")),
        "gcs": object_stores.gcs,
        "azure": object_stores.azure,
    }
    with starts[request.param]() as store:
        yield store


@pytest.fixture(name="store")
def _store(any_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A running store of each kind, with credentials as a block would give them."""
    monkeypatch.setenv("NO_PROXY", "*")
    if any_store.kind == "gcs":
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", any_store.url)
    return any_store


@pytest.fixture(name="signed_store")
def _signed_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """An S3 store of its own that checks signatures, whose buckets are folders in `tmp_path/buckets`."""
    if reason := object_stores.missing(object_stores.RCLONE):
        pytest.skip(reason)
    monkeypatch.setenv("NO_PROXY", "*")
    with object_stores.rclone(tmp_path / "buckets") as store:
        yield store


def sealed(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs where each text of the credentials is a secret."""
    credentials = {key: Secret(value) for key, value in inputs["credentials"].items()}
    return {**inputs, "credentials": credentials}
