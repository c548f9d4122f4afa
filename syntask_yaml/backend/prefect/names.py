"""Names that differ between a Prefect server and a Syntask server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from syntask_yaml.model.builtin import builtin_of, claims_to_be_builtin, with_folder
from syntask_yaml.model.value import Value

_REFERENCE = re.compile(r"(\{\{\s*)(?:syntask|prefect)(\.(?:blocks|variables)\.)")


class ServerDialect(NamedTuple):
    """The names of one kind of server.

    *namespace* is the prefix of steps, of owners of automations and of references in templates. *worker* is
    the command that starts its stock worker, empty if there is none.
    """

    namespace: str
    version_header: str
    api_version: str
    csrf_token_header: str
    csrf_client_header: str
    worker: tuple[str, ...]

    def owner(self, deployment_id: str) -> str:
        """Return the owner resource of the automations of a deployment."""
        return f"{self.namespace}.deployment.{deployment_id}"

    def step(self, step: Mapping[str, Value]) -> dict[str, Any]:
        """Return a stored step with the names of the server, for its stock worker."""
        # A stock worker matches folders by prefix, and fails on `flows-next` next to `flows`.
        whole = {name: with_folder(name, inputs, end="/") for name, inputs in step.items()}
        return {self._step_name(name): self.references(inputs) for name, inputs in whole.items()}

    def _step_name(self, name: str) -> str:
        builtin = builtin_of(name)
        return builtin.full_name(self.namespace) if builtin else name

    def references(self, value: Value) -> Any:
        """Return *value* with its references to blocks and variables in the server's namespace."""
        if isinstance(value, str):
            return _REFERENCE.sub(rf"\g<1>{self.namespace}\g<2>", value) if "{{" in value else value
        if isinstance(value, Mapping):
            return {key: self.references(item) for key, item in value.items()}
        return [self.references(item) for item in value] if isinstance(value, (list, tuple)) else value


DIALECTS: Mapping[str, ServerDialect] = {
    "prefect": ServerDialect(
        namespace="prefect",
        version_header="X-PREFECT-API-VERSION",
        api_version="0.8.4",
        csrf_token_header="Prefect-Csrf-Token",
        csrf_client_header="Prefect-Csrf-Client",
        worker=("prefect", "worker", "start"),
    ),
    "syntask": ServerDialect(
        namespace="syntask",
        version_header="X-SYNTASK-API-VERSION",
        api_version="0.8.4",
        csrf_token_header="Syntask-Csrf-Token",
        csrf_client_header="Syntask-Csrf-Client",
        worker=(),  # its command is named like ours
    ),
}


def step_problem(name: str) -> str | None:
    """Return why a stock worker cannot execute the step *name*, as a sentence; None if it can.

    Custom functions are assumed to be installed on the worker, and unknown names in Prefect's namespace to be
    steps of another version of Prefect.
    """
    builtin = builtin_of(name)
    if builtin is not None and builtin.on_stock_workers:
        return None
    is_in_ours = builtin is not None or name.startswith(("syntask.", "syntask_yaml."))
    if is_in_ours or (name.startswith("syntask_") and claims_to_be_builtin(name)):
        return f"Prefect's worker has no step `{name}`; only the worker of syntask has it."
    return None
