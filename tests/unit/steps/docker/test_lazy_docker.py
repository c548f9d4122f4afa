"""Docker-py in a process in which something else loads it lazily, as `prefect.docker` does."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import importlib
import importlib.util
import sys

spec = importlib.util.find_spec("docker")
docker = sys.modules["docker"] = importlib.util.module_from_spec(spec)
importlib.util.LazyLoader(spec.loader).exec_module(docker)
importlib.import_module(f"syntask_yaml.steps.docker.{sys.argv[1]}")
used, loaded = docker.api.client, sys.modules
print(docker.utils.utils.errors is loaded["docker.errors"], used.auth is loaded["docker.auth"])
print(used.TLSConfig is loaded["docker.tls"].TLSConfig)
"""


@pytest.mark.parametrize("first", ["client", "container", "containers", "context", "registry"])
def test_no_module_of_docker_is_loaded_twice(first: str) -> None:
    """Classes of a second one would be others: none of its errors would be caught."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, first], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
