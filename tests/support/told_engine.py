"""A container engine that only answers what images there are, here and at the registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.cache_key import key_of
from syntask_yaml.steps.docker.engine import open_engine
from syntask_yaml.steps.docker.request import request_of
from tests.support.http_server import QuietHandler, serving


@dataclass
class ToldEngine:
    """*here* are images as an engine lists them; *pushed* are references that the registry has."""

    url: str
    here: list[dict[str, Any]] = field(default_factory=list)
    pushed: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        return {"DOCKER_HOST": self.url}

    def answer(self, path: str) -> Any:
        """The body of an answer; None for what is not there."""
        if path.endswith("/version"):
            return {"ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}
        if path.endswith("/images/json"):
            return self.here
        name = path.partition("/distribution/")[2].removesuffix("/json")
        return {"Descriptor": {"digest": "sha256:0"}} if name in self.pushed else None

    def has_built(self, folder: Path, *, tag: str = "first", **inputs: Any) -> None:
        """From now on there is the image that a build with *inputs* in *folder* makes."""
        context = StepContext(folder, self.environ)
        request = request_of(context, **inputs)
        with open_engine(context) as engine:
            key = key_of(request, engine, context)
        names = [f"{request.name}:{tag}", f"{request.name}:{key.tag}"]
        self.here.append({"Id": "sha256:1", "RepoTags": names, "Labels": key.labels(tag), "Created": 1})

    def forgets(self) -> None:
        """All images are gone from here; the registry has them."""
        self.pushed |= {name for image in self.here for name in image["RepoTags"]}
        self.here.clear()


@contextmanager
def told_engine() -> Iterator[ToldEngine]:
    """A running engine of that kind; whatever would change something is in its `changes`."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            if self.command != "GET":
                told.changes.append(f"{self.command} {self.path}")
            body = told.answer(unquote(urlsplit(self.path).path))
            content = json.dumps({"message": "no such image"} if body is None else body).encode()
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815

    with serving(Handler) as port:
        told = ToldEngine(f"tcp://127.0.0.1:{port}")
        yield told
