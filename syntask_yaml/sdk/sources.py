"""Sources of flow code: how this machine and runs read it."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syntask._backend.blocks import Block
from syntask._deployments.deployable import RemoteFlow
from syntask._deployments.storage import GitRepository
from syntask_yaml import api
from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.events import nobody
from syntask_yaml.model.step import Step
from syntask_yaml.operations.backend_values import BackendBlocks, BackendVariables
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.spelling import step
from syntask_yaml.sdk.caller import refuse_while_loading
from syntask_yaml.sdk.storage_blocks import pull_of_block
from syntask_yaml.sdk.values import literal
from syntask_yaml.steps.base import Policy, StepContext
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from syntask_yaml.urls import url_parts

_INTERACTIVE = "The flow is not in a file, so nothing could load it for a run."


@dataclass(frozen=True, slots=True)
class FlowCode:
    """Where flows are: in the folder *root* here, or where the *pull* steps bring them from.

    Without pull steps the flows are installed; None leaves it to the work pool.
    """

    root: Path
    pull: tuple[Mapping[str, Any], ...] | None = None

    @property
    def section(self) -> dict[str, Any]:
        """The key of an entry that says so."""
        return {} if self.pull is None else {"pull": list(self.pull)}


def code_of(flow: Any, entrypoint_type: Any, backend: Backend) -> FlowCode:
    """Return where *flow* is, a function or a RemoteFlow. Raises UsageError, NotFound."""
    if isinstance(flow, RemoteFlow):
        return _code(flow.source, backend)
    return FlowCode(Path.cwd(), () if _is_module(entrypoint_type) else None)


def entrypoint_of(flow: Any, entrypoint_type: Any = "") -> str:
    """Return the entrypoint of *flow* where its code is. Raises UsageError."""
    if isinstance(flow, RemoteFlow):
        return flow.entrypoint
    if _is_module(entrypoint_type):
        return f"{flow.__module__}.{flow.__qualname__}"
    return _entrypoint(flow)


def _is_module(entrypoint_type: Any) -> bool:
    return bool(getattr(entrypoint_type, "value", entrypoint_type) == "module_path")


def _entrypoint(function: Callable[..., Any]) -> str:
    inner: Any = inspect.unwrap(function)
    name = getattr(inner, "__qualname__", "")
    module = sys.modules.get(getattr(inner, "__module__", None) or "")
    file = getattr(inner, "__globals__", {}).get("__file__") or getattr(module, "__file__", None)
    if not file or not Path(file).is_file():
        raise UsageError(_INTERACTIVE, hint="Write it to a file, and run that.")
    if "<locals>" in name:
        detail = f"The flow `{inner.__name__}` is defined inside of a function, where no run finds it."
        raise UsageError(detail, hint="Move it to the top level of the file.")
    return f"{Path(os.path.relpath(Path(file).absolute())).as_posix()}:{name}"


def _code(source: Any, backend: Backend) -> FlowCode:
    match source:
        case str() | Path():
            return _at(str(source))
        case GitRepository():
            return FlowCode(Path.cwd(), (_clone(source),))
        case Block():
            return FlowCode(Path.cwd(), tuple(pull_of_block(source, backend)))
    detail = f"A {type(source).__name__} is not a source of code."
    raise UsageError(detail, hint="Pass the URL of a git repository, a folder, a GitRepository or a block.")


def _at(address: str) -> FlowCode:
    parts = url_parts(address)
    if parts.scheme == "git" or parts.path.endswith(".git"):
        return FlowCode(Path.cwd(), (_clone(GitRepository(address)),))
    if parts.scheme in ("", "file", "local"):
        folder = Path(parts.path if parts.scheme else address).expanduser().absolute()
        if not folder.is_dir():
            raise NotFound(f"There is no folder `{address}`.", hint="Pass the folder that the code is in.")
        return FlowCode(folder)
    name, place = _STORES.get(parts.scheme, ("", ""))
    if not name:
        known = ", ".join(f"`{each}://`" for each in _STORES)
        detail = f"Runs cannot pull code from `{parts.scheme}://`."
        raise UsageError(detail, hint=f"Use a git repository, a folder, or one of {known}.")
    inputs = {place: parts.netloc, "folder": parts.path.strip("/")}
    return FlowCode(Path.cwd(), (step(name, Dialect.SYNTASK, **literal(inputs)),))


_STORES: Mapping[str, tuple[str, str]] = {
    "s3": ("pull_from_s3", "bucket"),
    "gs": ("pull_from_gcs", "bucket"),
    "az": ("pull_from_azure_blob_storage", "container"),
}


def _clone(repository: GitRepository) -> dict[str, Any]:
    inputs = {
        "repository": literal(repository.url),
        "branch": literal(repository.branch),
        "commit_sha": literal(repository.commit_sha),
        "include_submodules": repository.include_submodules or None,
        "credentials": _login(repository.credentials),
        "directories": literal(repository.directories),
        "clone_directory_name": literal(repository.name),
    }
    return step("git_clone", Dialect.SYNTASK, **inputs)


def _login(credentials: Any) -> Any:
    if isinstance(credentials, Mapping):
        for key in ("access_token", "token", "password"):
            if isinstance(credentials.get(key), str):
                detail = f"`{key}` would be stored in plain text with the deployment."
                hint = (
                    "Store it in a block (`syntask block create secret NAME`), and pass `Secret.load(NAME)`."
                )
                raise UsageError(detail, hint=hint)
    return literal(credentials) or None


@contextmanager
def fetched(code: FlowCode, pull: Sequence[Step], backend: Backend) -> Iterator[Path]:
    """The folder in which the flows can be read: that of *code*, or one that its *pull* steps fill here.

    Raises StepFailed.
    """
    if not pull:
        yield code.root
        return
    with TemporaryDirectory(prefix="syntask-", ignore_cleanup_errors=True) as folder:
        blocks = BackendBlocks(backend.block)
        context = StepContext(Path(folder), os.environ, blocks=blocks)
        outputs = run_steps(
            pull,
            section="pull",
            label="pull",
            context=context,
            scope=Scope(environ=os.environ, variables=BackendVariables(backend.variables), blocks=blocks),
            notify=nobody,
            policy=Policy(in_process=True),
        )
        directory = outputs.get("directory")
        yield context.directory / str(directory) if directory else context.directory


def call(flow: RemoteFlow, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Fetch the code of *flow*, load it, and call the flow."""
    from syntask_yaml.worker.load_flow import load_flow

    refuse_while_loading("the flow of a source")
    with api.open_backend() as backend:
        code = code_of(flow, "", backend)
        entry = {"name": "call", "entrypoint": flow.entrypoint, **code.section}
        pull = api.declare([entry], directory=code.root).declarations[0].pull or ()
        with fetched(code, pull, backend) as folder, chdir(folder):
            function = load_flow(flow.entrypoint)
    return function(*args, **kwargs)
