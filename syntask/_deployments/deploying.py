"""Deploy or serve several results of `to_deployment` together."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from syntask._deployments.deployable import RunnerDeployment
    from syntask.docker import DockerImage


def deploy(
    *deployments: RunnerDeployment,
    work_pool_name: str | None = None,
    image: str | DockerImage | None = None,
    build: bool = True,
    push: bool = True,
    print_next_steps_message: bool = True,
    ignore_warnings: bool = False,
) -> list[UUID]:
    """Create or update several deployments, made by `to_deployment`, and return their ids.

    *work_pool_name* and *image* apply to all of them; an image is built and pushed once. All are checked
    before anything is built or written. Raises SyntaskError, as `deploy` of a flow does.
    """
    options = {key: value for key, value in locals().items() if key != "deployments"}
    from syntask_yaml import sdk

    found: list[UUID] = sdk.deploy_all(deployments, options)
    return found


def serve(
    *args: RunnerDeployment,
    pause_on_shutdown: bool = True,
    print_starting_message: bool = True,
    limit: int | None = None,
    **kwargs: Any,
) -> None:
    """Deploy results of `to_deployment`, and execute their runs until the process is stopped.

    Like `serve` of a flow, for several deployments together.
    """
    options = {key: value for key, value in locals().items() if key not in ("args", "kwargs")}
    from syntask_yaml import sdk

    sdk.serve_all(args, {**options, **kwargs})


async def aserve(*args: RunnerDeployment, **kwargs: Any) -> None:
    """Do what `serve` does, while other coroutines go on. Its arguments are the same.

    Who cancels it stops it: it takes no more runs and waits for current ones; the second time, it cancels
    those.
    """
    given = {"pause_on_shutdown": True, "print_starting_message": True, "limit": None}
    from syntask_yaml import sdk

    await sdk.aserve_all(args, {**given, **kwargs})
