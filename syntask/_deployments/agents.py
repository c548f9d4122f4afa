"""Deployments in scripts of Prefect 2, deployed like current entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID


class Deployment:
    """A deployment of Prefect 2: `Deployment.build_from_flow(…).apply()`.

    Storage and infrastructure become steps and a work pool, as in `syntask upgrade`, with warnings for
    settings that cannot be converted. New code uses `flow.deploy`.
    """

    def __init__(self, **fields: Any) -> None:
        self.fields: Mapping[str, Any] = fields

    @classmethod
    def build_from_flow(
        cls,
        flow: Any,
        name: str,
        output: str | None = None,  # noqa: ARG003  (part of the reference)
        skip_upload: bool = False,
        ignore_file: str = ".prefectignore",
        apply: bool = False,
        load_existing: bool = True,
        **kwargs: Any,
    ) -> Deployment:
        """Return the deployment *name* of *flow*. `apply()` deploys it; *apply* does so immediately.

        *kwargs* are the fields of a deployment of Prefect 2: `infrastructure`, `infra_overrides`, `storage`,
        `path`, `entrypoint`, `parameters`, `schedule`, `tags`, `work_queue_name` … *output* and
        *load_existing* have no effect. With *skip_upload*, no `push` step copies the code to the storage.
        """
        given = {"skip_upload": skip_upload, "ignore_file": ignore_file, "load_existing": load_existing}
        built = cls(flow=flow, name=name, **given, **kwargs)
        if apply:
            built.apply()
        return built

    def apply(self, upload: bool | None = None, work_queue_concurrency: int | None = None) -> UUID:
        """Deploy it, and return its id. Raises SyntaskError, as `flow.deploy` does."""
        from syntask_yaml import sdk

        more = {"upload": upload, "work_queue_concurrency": work_queue_concurrency}
        given = {key: value for key, value in more.items() if value is not None}
        found: UUID = sdk.apply_agent_deployment({**self.fields, **given, "apply": True})
        return found
