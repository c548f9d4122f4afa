"""An engine that is reached over TLS, by the environment or by a Docker context."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.container import ERR, OUT, lines_of_container
from syntask_yaml.steps.docker.engine import open_engine
from tests.real.docker.conftest import Workshop
from tests.support import container_engine as support
from tests.support.container_engine import ContainerEngine
from tests.support.ports import free_port

pytestmark = pytest.mark.real

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
WAYS = ["environment", "context"]


@pytest.fixture(name="certificates", scope="module")
def _certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a certificate of it each for the engine and for those who may use it."""
    folder = tmp_path_factory.mktemp("certificates")
    _make_certificates(folder)
    return folder


def _make_certificates(folder: Path) -> None:
    _openssl(folder, "req", "-x509", *_KEY, "-subj", "/CN=ca", "-keyout", "ca-key.pem", "-out", "ca.pem")
    for prefix, subject in (("server-", "/CN=localhost"), ("", "/CN=client")):
        names = ["-subj", subject, "-addext", "subjectAltName=IP:127.0.0.1"]
        signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-days", "2"]
        made = ["-keyout", f"{prefix}key.pem", "-out", f"{prefix}cert.pem"]
        _openssl(folder, "req", "-x509", *_KEY, *names, *signed, *made)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(name="address", scope="module")
def _address() -> str:
    return f"tcp://127.0.0.1:{free_port()}"


@pytest.fixture(name="engine", scope="module")
def _engine(certificates: Path, address: str) -> Iterator[ContainerEngine]:
    if support.MISSING:
        pytest.skip(support.MISSING)
    files = {"cacert": "ca", "cert": "server-cert", "key": "server-key"}
    words = [f"--tls{option}={certificates}/{file}.pem" for option, file in files.items()]
    with support.container_engine(options=["-H", address, "--tlsverify", *words]) as engine:
        yield engine


@pytest.fixture(name="far", params=WAYS)
def _far(
    shop: Workshop,
    address: str,
    certificates: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Workshop:
    """A workshop that knows the engine by that way alone."""
    environ = {key: value for key, value in shop.environ.items() if key != "DOCKER_HOST"}
    environ["DOCKER_CONFIG"] = str(tmp_path / "docker")
    if request.param == "environment":
        environ |= {"DOCKER_HOST": address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certificates)}
    else:
        files = {"ca": "ca", "cert": "cert", "key": "key"}
        endpoint = ",".join([f"host={address}", *(f"{key}={certificates}/{files[key]}.pem" for key in files)])
        for words in (["create", "far", "--docker", endpoint], ["use", "far"]):
            subprocess.run(["docker", "context", *words], env=environ, check=True, capture_output=True)
    monkeypatch.setenv("DOCKER_CONFIG", environ["DOCKER_CONFIG"])
    shop.environ = environ
    shop.context = replace(shop.context, environ=environ)
    shop.write("Dockerfile")
    shop.write("own", request.node.name)
    return shop


def test_built_found_again_and_pushed(far: Workshop) -> None:
    assert far.is_built(push=True)
    assert not far.is_built(push=True)
    assert far.is_pushed("t")
    assert far.forecast(tag="t")[0] == "unchanged"


@pytest.mark.parametrize("credentials", [{}, {"credentials": {"username": "u", "password": "p"}}])
def test_a_build_with_a_secret(far: Workshop, credentials: dict[str, object]) -> None:
    """Docker's program uses the same engine, also where it is handed a login."""
    far.write("Dockerfile", "FROM base:1\nRUN --mount=type=secret,id=s cat /run/secrets/s | dd of=/told\n")
    host = {"registry_url": far.engine.registry.address} if credentials else {}
    far.build(
        secrets={"s": "told"},
        network_mode="host",
        **{key: {**dict(value), **host} for key, value in credentials.items()},  # type: ignore[call-overload]
    )
    assert far.show(f"{far.repository}:t", "cat", "/told") == "told"


def test_a_stop_is_heeded(far: Workshop) -> None:
    far.write("Dockerfile", f"FROM base:1\nRUN echo {far.name}; sleep 93\n")
    began = time.monotonic()
    Timer(2, far.context.stop.set).start()
    with pytest.raises(StepStopped):
        far.build(network_mode="host")
    assert time.monotonic() - began < 20


def test_a_program_in_a_container(far: Workshop) -> None:
    """What it writes comes at once; it is given up when it is late."""
    far.build()
    image = f"{far.repository}:t"
    with open_engine(far.context) as engine:
        words = ("sh", "-c", "read x; echo got $x; sleep 60")
        late = time.monotonic() + 4
        lines = lines_of_container(
            engine,
            image,
            words,
            given=b"this\n",
            deadline=late,
            is_last=lambda *_: False,
            options={"network_mode": "host"},
        )
        assert next(lines) == (OUT, "got this")
        with pytest.raises(TimeoutError):
            next(lines)
    assert time.monotonic() < late + 20


def test_what_a_program_writes_beside_its_last_line(far: Workshop) -> None:
    """It is on its way in the other stream, and is not lost, however long the program goes on."""
    far.build()
    with open_engine(far.context) as engine:
        lines = lines_of_container(
            engine,
            f"{far.repository}:t",
            ("sh", "-c", "echo beside >&2; echo last; sleep 60"),
            given=b"",
            deadline=time.monotonic() + 50,
            is_last=lambda where, line: (where, line) == (OUT, "last"),
            options={"network_mode": "host"},
        )
        assert sorted(lines) == [(OUT, "last"), (ERR, "beside")]


@pytest.mark.parametrize(
    ("environ", "detail", "hint"),
    [
        ({}, "TLS is required to connect to {}.", "DOCKER_TLS_VERIFY"),
        (
            {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/none"},
            "Cannot load the TLS certificates for {}.",
            "ca.pem",
        ),
        (
            {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "OTHER"},
            "Cannot establish a TLS connection to {}: certificate verify failed",
            "ca.pem",
        ),
    ],
)
def test_a_connection_that_is_not_let_in(
    tmp_path: Path, engine: ContainerEngine, address: str, environ: dict[str, str], detail: str, hint: str
) -> None:
    """Without TLS, without certificates, or with those of another authority: what to look at."""
    assert engine.process is not None
    _make_certificates(tmp_path)
    given = {key: value.replace("OTHER", str(tmp_path)) for key, value in environ.items()}
    context = StepContext(tmp_path, {"HOME": str(tmp_path), "DOCKER_HOST": address, **given})
    with pytest.raises(StepFailed) as failed, open_engine(context):
        pass
    shown = "the container engine" if "/none" in given.values() else f"the container engine at `{address}`"
    assert failed.value.detail.startswith(detail.format(shown))
    assert hint in failed.value.hint
