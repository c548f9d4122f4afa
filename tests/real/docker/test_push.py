"""`push_docker_image` against real registries, with and without a login."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import Secret
from tests.real.docker.conftest import Workshop
from tests.support import container_engine as support
from tests.support.container_engine import Registry, registry

pytestmark = pytest.mark.real

LOGIN = ("flow-bot", "s3cr3t/pass word")
_BLOCK = "{{ prefect.blocks.docker-registry-credentials.team }}"


@pytest.fixture(name="closed", scope="session")
def _closed(engine: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that asks for a login."""
    if support.NO_LOGINS:
        pytest.skip(support.NO_LOGINS)
    with registry(tmp_path_factory.mktemp("closed"), login=LOGIN) as found:
        yield found


def test_every_tag_is_pushed(shop: Workshop) -> None:
    """The registry has them, the outputs say so, and a layer has a line for each change."""
    shop.write("Dockerfile")
    shop.build(additional_tags=["latest"])
    outputs = shop.push(additional_tags=["latest"])

    assert outputs == {
        "image_name": shop.repository,
        "tag": "t",
        "image": f"{shop.repository}:t",
        "additional_tags": ["latest"],
    }
    assert all(shop.is_pushed(tag) for tag in ("t", "latest"))
    assert any(line.endswith(": Pushed") or "Mounted from" in line for line in shop.lines)
    assert len(shop.lines) == len(set(shop.lines)) or shop.lines.count("t: digest") <= 1


def test_what_is_there_is_not_sent_again(shop: Workshop) -> None:
    """Unless that is asked for."""
    shop.write("Dockerfile")
    shop.build()
    shop.push()
    shop.events.clear()
    shop.push()
    assert shop.lines == [f"{shop.repository}:t is already in the registry"]
    shop.events.clear()
    shop.push(ignore_cache=True)

    assert any("Layer already exists" in line for line in shop.lines)


def test_build_can_push(shop: Workshop) -> None:
    """`push: true` does both."""
    shop.write("Dockerfile")
    shop.build(push=True)

    assert shop.is_pushed("t")


def test_nothing_to_push(shop: Workshop) -> None:
    """Said before the registry is asked."""
    with pytest.raises(StepFailed, match=r"The image .* does not exist"):
        shop.push()


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": LOGIN[0], "password": LOGIN[1]},
        {"username": LOGIN[0], "password": LOGIN[1], "registry_url": "http://{address}/v2/", "reauth": True},
        _BLOCK,
    ],
    ids=["mapping", "with address", "block"],
)
def test_credentials_of_the_step(shop: Workshop, closed: Registry, credentials: object) -> None:
    """A mapping, or a block that holds it; the password is in no line."""
    name = f"{closed.address}/{shop.name}"
    if isinstance(credentials, dict):
        credentials = {key: str(value).format(address=closed.address) for key, value in credentials.items()}
    block = {"username": LOGIN[0], "password": Secret(LOGIN[1])}
    blocks = {"docker-registry-credentials": block}
    shop.write("Dockerfile")
    shop.write("own", shop.name)
    shop.build(image_name=name)
    shop.push(image_name=name, credentials=credentials, blocks=blocks)
    pushed = shop.build(image_name=name, push=True, credentials=credentials, blocks=blocks, tag="other")

    assert any(f"{LOGIN[0]}" not in line for line in shop.lines)
    assert not any(LOGIN[1] in line for line in shop.lines)
    assert pushed["image"] == f"{name}:other"


def test_the_login_of_the_docker_configuration(
    shop: Workshop, closed: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `docker login` wrote is used."""
    auth = base64.b64encode(":".join(LOGIN).encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {closed.address: {"auth": auth}}}))
    shop.environ["DOCKER_CONFIG"] = str(tmp_path)
    name = f"{closed.address}/{shop.name}"
    shop.write("Dockerfile")
    shop.build(image_name=name)

    shop.push(image_name=name)


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        (None, "no basic auth credentials"),
        ({"username": "flow-bot", "password": "wrong-one"}, "unauthorized"),
        ({"username": "flow-bot"}, "requires `password`"),
        ({"username": "a", "password": "b", "registry_url": "https://ghcr.io"}, "are for `ghcr.io`"),
    ],
)
def test_logins_that_fail(
    shop: Workshop, closed: Registry, credentials: dict[str, str] | None, said: str
) -> None:
    """The registry's own words, what to do, and no password."""
    name = f"{closed.address}/{shop.name}"
    shop.write("Dockerfile")
    shop.build(image_name=name)

    with pytest.raises(StepFailed, match=said) as failed:
        shop.push(image_name=name, credentials=credentials)
    assert failed.value.hint
    assert "wrong-one" not in f"{failed.value.detail} {failed.value.hint} {shop.lines}"


@contextmanager
def _dropping(registry: Registry, after: int) -> Iterator[int]:
    """A way to the registry that ends each connection once it sent *after* bytes there; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                there, _ = listener.accept()
            except OSError:
                return
            Thread(target=_relay, args=(there, registry.port, after), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _relay(there: socket.socket, port: int, after: int) -> None:
    with there, socket.create_connection(("127.0.0.1", port)) as here:
        back = Thread(target=_copy, args=(here, there, 1 << 40), daemon=True)
        back.start()
        _copy(there, here, after)
        for each in (there, here):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        back.join(5)


def _copy(source: socket.socket, target: socket.socket, limit: int) -> None:
    try:
        while limit > 0 and (data := source.recv(min(65536, limit))):
            target.sendall(data)
            limit -= len(data)
    except OSError:
        return


@pytest.mark.torture
def test_a_registry_that_drops_the_connection(shop: Workshop) -> None:
    """In the middle of a layer: the engine gives up at last, one message says so, and later it goes well."""
    shop.write("Dockerfile")
    shop.write("large", b"".join(bytes([number % 251]) * 4096 for number in range(2048)) + shop.name.encode())
    with _dropping(shop.engine.registry, after=200_000) as port:
        name = f"127.0.0.1:{port}/{shop.name}"
        shop.build(image_name=name)
        with pytest.raises(StepFailed, match="Pushing") as failed:
            shop.push(image_name=name)
        assert "cannot connect to the registry" in failed.value.hint
    assert any("Retrying" in line for line in shop.lines)
    shop.build()

    shop.push()


def test_a_registry_that_is_not_there(shop: Workshop) -> None:
    """Nobody listens."""
    shop.write("Dockerfile")
    name = f"127.0.0.1:1/{shop.name}"
    shop.build(image_name=name)

    with pytest.raises(StepFailed, match="connection refused") as failed:
        shop.push(image_name=name)
    assert "Check the address" in failed.value.hint
