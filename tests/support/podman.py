"""A real Podman, whose service answers as Docker's engine does, for tests.

It needs root. All that it keeps is in a directory of its own. What it needs: the Debian packages podman,
runc, docker-registry, busybox-static, apache2-utils.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.support.container_engine import ContainerEngine, Registry, end_leftovers, short_directory
from tests.support.processes import start
from tests.support.programs import missing

_PROGRAMS = ("podman", "runc", "conmon", "docker-registry", "busybox")
MISSING = missing(_PROGRAMS, root="this Podman")

# The machine may have no CAP_SYS_RESOURCE, so the limits are low; its cgroups may be of the
# first version, which runc can use; and no network needs to be made for those who use the machine's.
_CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{root}/libpod"
static_dir = "{root}/data/libpod"
volume_path = "{root}/data/volumes"
[network]
network_config_dir = "{root}/networks"
"""
_STORAGE = """
[storage]
driver = "overlay"
graphroot = "{root}/data"
runroot = "{root}/run/containers"
"""
_MIRROR = """
[[registry]]
prefix = "docker.io"
location = "{address}"
insecure = true
"""
_INSECURE = """
[[registry]]
location = "{address}"
insecure = true
"""


@dataclass
class PodmanEngine(ContainerEngine):
    """A running Podman that takes *registry* for Docker Hub; *others* need no certificate either."""

    others: Sequence[Registry] = ()

    @property
    def socket(self) -> Path:
        return self.runtime_directory / "podman/podman.sock"

    @property
    def runtime_directory(self) -> Path:
        """The directory that `XDG_RUNTIME_DIR` names for those whose Podman this is."""
        return self.root / "run"

    def start(self) -> None:
        """Start its service; what it kept is there again."""
        for directory in (self.root / "config", self.root / "tmp", self.socket.parent):
            directory.mkdir(parents=True, exist_ok=True)
        registries = [_MIRROR.format(address=self.registry.address)]
        registries += [_INSECURE.format(address=each.address) for each in (self.registry, *self.others)]
        settings = {
            "CONTAINERS_CONF": _CONTAINERS.format(root=self.root),
            "CONTAINERS_STORAGE_CONF": _STORAGE.format(root=self.root),
            "CONTAINERS_REGISTRIES_CONF": "".join(registries),
        }
        environ = {**self.environ, "HOME": str(self.root), "TMPDIR": str(self.root / "tmp")}
        environ["XDG_RUNTIME_DIR"] = str(self.runtime_directory)
        for name, text in settings.items():
            (self.root / name.lower()).write_text(text, encoding="utf-8")
            environ[name] = str(self.root / name.lower())
        del environ["DOCKER_HOST"]
        self.process = start(
            ["podman", "system", "service", "--time", "0", self.url], log=self.root / "log", environ=environ
        )
        self.wait()

    def why_not(self) -> str:
        """Why it runs no containers here; empty if it does."""
        self.client.pull("base", "1")
        made = self.client.create_container("base:1", ["echo"])["Id"]
        try:
            self.client.start(made)
        except docker.errors.APIError as error:
            return f"Podman runs no container here: {error.explanation}"
        self.client.wait(made)
        self.client.remove_container(made)
        return ""


@contextmanager
def podman(registry: Registry, *others: Registry) -> Iterator[PodmanEngine]:
    """A new Podman, and the image `base:1` at its *registry*."""
    with short_directory() as root:
        found = PodmanEngine(root / "podman", registry, others=others)
        found.root.mkdir()
        try:
            found.start()
            found.add("base:1")
            yield found
        finally:
            found.stop()
            end_leftovers(found.root)
