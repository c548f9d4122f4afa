"""Build with BuildKit through the `docker` program, or with the `podman` program.

The engine's API cannot pass secrets to a build.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.engine import Engine, login_of
from syntask_yaml.steps.docker.image import HUB, HUB_KEY, Image
from syntask_yaml.steps.docker.request import BuildRequest
from syntask_yaml.steps.docker.secrets import as_files, texts_of
from syntask_yaml.steps.program import check_exit, run_program
from syntask_yaml.steps.scrubber import Scrubber

# Options of a build, and the options of the program; a list becomes one option per item.
_FLAGS: Mapping[str, str] = {
    "network_mode": "--network",
    "cache_from": "--cache-from",
    "cache_to": "--cache-to",
    "shmsize": "--shm-size",
    "isolation": "--isolation",
}


def build_with_buildkit(
    request: BuildRequest, image: Image, engine: Engine, context: StepContext, *, shows: bool
) -> str:
    """Build an image, and return its id. No argument, output or image contains a secret.

    Raises StepFailed with the end of the program's output.
    """
    scrubber = Scrubber(texts_of(request.secrets))
    masked = replace(
        context,
        write=lambda line: context.write(scrubber.scrub(line)),
        write_error=lambda line: context.write(scrubber.scrub(line)),  # its progress goes there
    )
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="syntask-build-")))
        files = stack.enter_context(as_files(request.secrets))
        config = stack.enter_context(_configuration(request, context.environ))
        id_file, dockerfile = directory / "id", request.dockerfile.path
        if dockerfile is None:
            dockerfile = directory / "Dockerfile"
            dockerfile.write_text(request.dockerfile.text, encoding="utf-8")
        program = _program(request, engine, context)
        argv = [
            *program,
            *["--iidfile", str(id_file), "--file", str(dockerfile), "--tag", image.reference],
            *_options(request),
            *(word for name, file in files.items() for word in ("--secret", f"id={name},src={file}")),
            *(word for agent in request.ssh for word in ("--ssh", agent)),
            "--",
            str(request.root),
        ]
        env = {**context.environ, **request.arguments, **config, "DOCKER_BUILDKIT": "1"}
        finished = run_program(argv, masked, env=env, shows=shows)
        try:
            check_exit(f"`{program[0]} build`", finished)
        except StepFailed as error:
            raise StepFailed(scrubber.scrub(error.detail), hint=_hint(finished.stderr)) from None
        return id_file.read_text(encoding="utf-8").strip() if id_file.exists() else ""


def _program(request: BuildRequest, engine: Engine, context: StepContext) -> tuple[str, ...]:
    if engine.podman:
        if request.ssh:
            hint = "Use `secrets:` instead of the agent, or build the image with Docker."
            raise StepFailed("The Podman service does not support ssh agents in builds.", hint=hint)
        return ("podman", "--url", _address(engine), "build")
    found = run_program(("docker", "buildx", "version"), context, shows=False)
    words = ("docker", "buildx", "build", "--load") if found.code == 0 else ("docker", "build")
    return (*words, "--progress", "plain")


def _options(request: BuildRequest) -> Iterator[str]:
    # An argument without a value is read from the environment, which other users cannot see.
    for name in request.arguments:
        yield from ("--build-arg", name)
    for name, value in request.labels.items():
        yield from ("--label", f"{name}={value}")
    platforms = request.options.get("platforms") or ([request.platform] if request.platform else [])
    if platforms:
        yield from ("--platform", ",".join(platforms))
    if request.target:
        yield from ("--target", request.target)
    if request.pull:
        yield "--pull"
    if request.without_layers:
        yield "--no-cache"
    for name, value in request.options.items():
        yield from _option(name, value)


def _option(name: str, value: Any) -> Iterator[str]:
    if name == "extra_hosts":
        for host, address in dict(value).items():
            yield from ("--add-host", f"{host}:{address}")
    elif name in _FLAGS:
        for each in value if isinstance(value, list) else [value]:
            yield from (_FLAGS[name], str(each))
    elif name not in ("platforms", "rm", "forcerm", "decode", "quiet", "gzip", "timeout", "load", "progress"):
        known = ", ".join(f"`{each}`" for each in (*_FLAGS, "extra_hosts", "platforms"))
        raise StepFailed(f"BuildKit builds have no option `{name}`.", hint=f"Available options: {known}.")


@contextmanager
def _configuration(request: BuildRequest, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield an environment in which the program has the credentials of the step and those of the user."""
    if request.credentials is None:
        yield {}
        return
    host, login = login_of(request.credentials, request.registry)
    home = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "/")) / ".docker")
    with TemporaryDirectory(prefix="syntask-docker-") as name:
        own = Path(name)
        known = home / "config.json"
        for each in home.iterdir() if home.is_dir() else ():
            if each != known:  # plugins, contexts and certificates
                (own / each.name).symlink_to(each)
        config: dict[str, Any] = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
        auth = base64.b64encode(f"{login['username']}:{login['password']}".encode()).decode()
        config["auths"] = {**(config.get("auths") or {}), (HUB_KEY if host == HUB else host): {"auth": auth}}
        config.pop("credsStore", None)
        (own / "config.json").touch(mode=0o600)
        (own / "config.json").write_text(json.dumps(config), encoding="utf-8")
        yield {"DOCKER_CONFIG": name, "REGISTRY_AUTH_FILE": str(own / "config.json")}


def _address(engine: Engine) -> str:
    base: str = engine.api.base_url
    adapter = getattr(engine.api, "_custom_adapter", None)
    socket = getattr(adapter, "socket_path", None)
    return f"unix://{socket}" if socket else base.replace("http://", "tcp://").replace("https://", "tcp://")


def _hint(stderr: str) -> str:
    if "buildx component is missing" in stderr:
        return (
            "Install the buildx plugin of Docker (`docker-buildx`). This version does not "
            "support BuildKit without it."
        )
    if "Could not parse ssh" in stderr or "invalid empty ssh agent socket" in stderr:
        return "Start an agent (`ssh-agent`, `ssh-add`), or set a key: `ssh: default=~/.ssh/id_ed25519`."
    return ""
