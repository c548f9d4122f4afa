"""The container engine: interruptible requests, and logins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.client import connect, hang_up
from syntask_yaml.steps.docker.errors import error_text, refusal, translated
from syntask_yaml.steps.docker.image import HUB, HUB_KEY, registry_host
from syntask_yaml.stopping import TICK

T = TypeVar("T")


class Engine:
    """One container engine. `api` is docker-py's own client of it."""

    def __init__(self, api: Any, context: StepContext) -> None:
        self.api = api
        self._context = context

    @property
    def podman(self) -> str | None:
        """The version of Podman's own API; None for other engines."""
        version: str | None = self.api.podman
        return version

    def login(self, credentials: Mapping[str, Any], registry: str) -> None:
        """Use *credentials* for *registry* with this engine. Raises StepFailed."""
        host, auth = login_of(credentials, registry)
        self.api._auth_configs.add_auth(HUB_KEY if host == HUB else host, auth)

    def ask(self, what: str, call: Callable[[Any], T]) -> T:
        """Return the response to a request; *what* describes it. Raises EngineFailed, StepStopped."""
        return next(iter(self.follow(what, lambda api: iter((call(api),)))))

    def follow(self, what: str, call: Callable[[Any], Iterator[T]]) -> Iterator[T]:
        """Yield the parts of a streamed response. Raises EngineFailed, StepStopped.

        A separate thread waits for the engine, so that a stop takes effect immediately.
        """
        answers: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        thread = Thread(target=_collect, args=(self.api, call, answers), name="engine", daemon=True)
        thread.start()
        try:
            while True:
                try:
                    kind, answer = answers.get(timeout=TICK)
                except Empty:
                    if self._context.stop.is_set():
                        raise StepStopped(f"{what} was stopped.") from None
                    continue
                if kind == "end":
                    return
                if kind == "error":
                    raise translated(what, answer) from answer
                if isinstance(answer, dict) and answer.get("error"):
                    raise refusal(what, error_text(answer))
                yield answer
        finally:
            if thread.is_alive():
                hang_up(self.api)


def _collect(api: Any, call: Callable[[Any], Iterator[Any]], answers: SimpleQueue[tuple[str, Any]]) -> None:
    try:
        for answer in call(api):
            answers.put(("answer", answer))
    except Exception as error:  # noqa: BLE001  (handed to the thread that asked)
        answers.put(("error", error))
    else:
        answers.put(("end", None))


@contextmanager
def open_engine(context: StepContext) -> Iterator[Engine]:
    """Open the engine that `connect` finds. Raises EngineFailed if none responds."""
    api = connect(context.environ)
    try:
        yield Engine(api, context)
    finally:
        api.close()


def login_of(credentials: Mapping[str, Any], registry: str) -> tuple[str, dict[str, str]]:
    """Return the host and login in *credentials*. Raises StepFailed if they are not for *registry*."""
    missing = [name for name in ("username", "password") if not credentials.get(name)]
    if missing:
        hint = "Set `username` and `password`, or refer to a `docker-registry-credentials` block."
        raise StepFailed(f"`credentials` requires `{missing[0]}`.", hint=hint)
    host = registry_host(str(credentials.get("registry_url") or registry))
    if host != registry:
        detail = f"The credentials are for `{host}`, but the image belongs to `{registry}`."
        raise StepFailed(detail, hint="Fix `image_name`, or the `registry_url` of the credentials.")
    return host, {"username": str(credentials["username"]), "password": str(credentials["password"])}
