"""Declarations of deployments in Python code. Their implementation is loaded on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path
    from typing import Any, TypeAlias
    from uuid import UUID

    from syntask._deployments.schedules import Schedule
    from syntask._deployments.storage import GitRepository
    from syntask.docker import DockerImage

    Seconds: TypeAlias = int | float | timedelta
    AnySchedule: TypeAlias = Schedule | Mapping[str, Any] | Any
    Source: TypeAlias = str | Path | GitRepository | Any


class Deployable:
    """A flow that can be deployed: one of this file, or one from a source."""

    def deploy(
        self,
        name: str,
        work_pool_name: str | None = None,
        image: str | DockerImage | None = None,
        build: bool = True,
        push: bool = True,
        work_queue_name: str | None = None,
        job_variables: Mapping[str, Any] | None = None,
        interval: Seconds | None = None,
        cron: str | None = None,
        rrule: str | None = None,
        paused: bool | None = None,
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        concurrency_limit: int | Mapping[str, Any] | Any | None = None,
        triggers: Sequence[Mapping[str, Any] | Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        version: str | None = None,
        version_type: str | Any | None = None,
        enforce_parameter_schema: bool = True,
        entrypoint_type: str | Any = "file_path",
        print_next_steps: bool = True,
        ignore_warnings: bool = False,
        _sla: Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any | None = None,
    ) -> UUID:
        """Create or update a deployment of the flow, and return its id.

        It is equivalent to an entry of `deployments` in a project file, is validated in the same way, and
        written only if it is valid.

        Args:
            name: The name of the deployment.
            work_pool_name: The work pool that executes its runs. Default: that of the settings, or else
                `default` on the embedded backend.
            image: The image for the runs, built and pushed unless *build* or *push* is false.
            work_queue_name: The queue of the work pool.
            job_variables: Overrides of the work pool's job template. Texts can refer to blocks:
                `{{ syntask.blocks.secret.token }}`.
            interval: Seconds between two runs, or a `timedelta`.
            cron: A cron expression.
            rrule: A recurrence rule of RFC 5545.
            paused: Whether its schedules are paused. Default: unchanged.
            schedule: One schedule, such as `Cron("0 6 * * *", timezone="Europe/Berlin")`.
            schedules: Several; `[]` removes all.
            concurrency_limit: The maximal number of concurrent runs: a number, or a mapping with `limit`
                and `collision_strategy`.
            triggers: Mappings, as in the file.
            parameters: The arguments of its runs.
            description: A description. Default: the docstring of the flow.
            tags: Its tags, which its runs inherit.
            version: Its version. Default: the flow's, or that of the commit.
            version_type: How the version is determined.
            enforce_parameter_schema: Whether runs with invalid parameters are rejected.
            entrypoint_type: `file_path`, or `module_path` for an installed package.
            print_next_steps: Whether to print what to do next.
            ignore_warnings: Whether to omit warnings.

        Raises SyntaskError, whose `diagnostics` contain all problems.
        """
        options = {key: value for key, value in locals().items() if key != "self"}
        found: UUID = _sdk().deploy_flow(self, options)
        return found

    async def adeploy(self, name: str, *args: Any, **kwargs: Any) -> UUID:
        """Do what `deploy` does, while other coroutines go on. Its arguments are the same."""
        found: UUID = await _in_thread(self.deploy, name, *args, **kwargs)
        return found

    def to_deployment(
        self,
        name: str,
        interval: Iterable[Seconds] | Seconds | None = None,
        cron: Iterable[str] | str | None = None,
        rrule: Iterable[str] | str | None = None,
        paused: bool | None = None,
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        concurrency_limit: int | Mapping[str, Any] | Any | None = None,
        parameters: Mapping[str, Any] | None = None,
        triggers: Sequence[Mapping[str, Any] | Any] | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        version: str | None = None,
        version_type: str | Any | None = None,
        enforce_parameter_schema: bool = True,
        work_pool_name: str | None = None,
        work_queue_name: str | None = None,
        job_variables: Mapping[str, Any] | None = None,
        entrypoint_type: str | Any = "file_path",
        _sla: Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any | None = None,
    ) -> RunnerDeployment:
        """Return a deployment for `deploy(…)` or `serve(…)`, without reading or writing anything.

        The arguments are those of `deploy`; *interval*, *cron* and *rrule* can also be lists.
        """
        options = {key: value for key, value in locals().items() if key != "self"}
        return RunnerDeployment(self, options)

    async def ato_deployment(self, name: str, *args: Any, **kwargs: Any) -> RunnerDeployment:
        """Do what `to_deployment` does. Its arguments are the same."""
        return self.to_deployment(name, *args, **kwargs)

    def serve(
        self,
        name: str | None = None,
        interval: Iterable[Seconds] | Seconds | None = None,
        cron: Iterable[str] | str | None = None,
        rrule: Iterable[str] | str | None = None,
        paused: bool | None = None,
        schedule: AnySchedule | None = None,
        schedules: Sequence[AnySchedule] | None = None,
        global_limit: int | Mapping[str, Any] | Any | None = None,
        triggers: Sequence[Mapping[str, Any] | Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        version: str | None = None,
        enforce_parameter_schema: bool = True,
        pause_on_shutdown: bool = True,
        print_starting_message: bool = True,
        limit: int | None = None,
        webserver: bool = False,
        entrypoint_type: str | Any = "file_path",
    ) -> None:
        """Deploy the flow, and execute its runs until this process is stopped.

        This needs no work pool and no worker. On Ctrl-C or SIGTERM, the deployment is paused unless
        *pause_on_shutdown* is false, and current runs can end; a second signal cancels them.

        Args:
            name: The name of the deployment. Default: the name of the flow.
            global_limit: The maximal number of concurrent runs of the deployment.
            limit: The maximal number of concurrent runs in this process. Default: 5.
            webserver: Not available; must be false.

        The other arguments are those of `deploy`.
        """
        options = {key: value for key, value in locals().items() if key != "self"}
        _sdk().serve_flow(self, options)


class RunnerDeployment:
    """A deployment to be written: a flow with the *options* of `to_deployment`."""

    def __init__(self, flow: Deployable | Callable[..., Any], options: Mapping[str, Any]) -> None:
        self.flow = flow
        self.options = options

    @property
    def name(self) -> str:
        return str(self.options["name"])

    def apply(self, work_pool_name: str | None = None, image: str | None = None) -> UUID:
        """Write the deployment, and return its id. Raises SyntaskError, as `deploy` does."""
        pool = work_pool_name or self.options.get("work_pool_name")
        (found,) = _sdk().deploy_all((self,), {"work_pool_name": pool, "image": image, "build": False})
        return found  # type: ignore[no-any-return]


class RemoteFlow(Deployable):
    """A flow whose code is in *source*: a git repository, a folder or a storage block."""

    def __init__(self, source: Source, entrypoint: str) -> None:
        self.source = source
        self.entrypoint = entrypoint

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Fetch the code, and call the flow in this process."""
        return _sdk().call(self, args, kwargs)

    def __repr__(self) -> str:
        return f"RemoteFlow({self.source!r}, {self.entrypoint!r})"


def from_source(source: Source, entrypoint: str) -> RemoteFlow:
    """Return the flow *entrypoint* of *source*, to deploy, serve or call it.

    *source* is the URL of a git repository, a folder, a `GitRepository`, or a storage block. *entrypoint* is
    `path/to/file.py:function` in it, or `module.function`. The code is fetched when the flow is deployed or
    called; a deploy reads it like the files of a project.
    """
    return RemoteFlow(source, entrypoint)


async def afrom_source(source: Source, entrypoint: str) -> RemoteFlow:
    """Do what `from_source` does. Its arguments are the same."""
    return from_source(source, entrypoint)


async def _in_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    from asyncio import to_thread

    return await to_thread(function, *args, **kwargs)


def _sdk() -> Any:
    """Return the implementation, which is loaded only to deploy."""
    from syntask_yaml import sdk

    return sdk
