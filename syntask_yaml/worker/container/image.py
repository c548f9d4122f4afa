"""Image pulls according to the pull policy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable
from syntask_yaml.steps.docker.image import registry_of
from syntask_yaml.steps.docker.registry import pull
from syntask_yaml.worker.container.options import ContainerPlan


def bring_image(engine: Engine, plan: ContainerPlan, note: Callable[[str], None]) -> tuple[str, ...]:
    """Pull the image if its policy requires it, and return its entrypoint.

    *note* receives a sentence for the log of the run. Raises StepFailed.
    """
    if plan.policy in ("Always", "IfPossible"):
        _pull(engine, plan, note)
    try:
        return _entrypoint(engine, plan.image)
    except EngineUnreachable:
        raise
    except EngineFailed as error:
        if plan.policy != "IfNotPresent":
            detail = f"The image `{plan.image}` does not exist on this machine, and the job variable"
            detail += f" `image_pull_policy` is `{plan.policy}`."
            hint = "Build or pull it there, or use another policy."
            raise EngineFailed(detail, hint=hint, reason=error.reason) from error
    _pull(engine, plan, note)
    return _entrypoint(engine, plan.image)


def _pull(engine: Engine, plan: ContainerPlan, note: Callable[[str], None]) -> None:
    note(f"Pulling the image `{plan.image}`.")
    try:
        if plan.credentials:
            engine.login(plan.credentials, registry_of(plan.image))
        deque(pull(plan.image, engine), maxlen=0)
    except EngineUnreachable:
        raise
    except EngineFailed as error:
        if plan.policy != "IfPossible":
            raise
        note(f"{error.detail} The image that is on this machine is used, if there is one.")


def _entrypoint(engine: Engine, image: str) -> tuple[str, ...]:
    found = engine.ask(f"Inspecting `{image}`", lambda api: api.inspect_image(image))
    words = (found.get("Config") or {}).get("Entrypoint") or ()
    return (words,) if isinstance(words, str) else tuple(words)
