"""Reading the flows that entrypoints name."""

from __future__ import annotations

import sys
from pathlib import Path

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.project.flows.definition import Elsewhere, Found, NotAFlow, NotThere, find, flows
from syntask_yaml.project.flows.description import Describer, Request
from syntask_yaml.project.flows.flow import Flow
from syntask_yaml.project.flows.loading import Loader
from syntask_yaml.project.flows.places import Place, Places
from syntask_yaml.pysource.entrypoint import (
    Entrypoint,
    FlowNotFound,
    InvalidEntrypoint,
    parse_entrypoint,
)
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.pysource.module import TOO_DEEP, SourceUnreadable
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import Scope

MAX_HOPS = 10
MAX_NAMED = 10


class FlowReader:
    """Describes flows by reading their source; thread-safe, and reads each file once.

    Nothing of the project is run, unless *load_in_child* is true: where the source does not tell, *python*
    loads the flow then, in a process of its own that sees no secrets, for at most *timeout* seconds.
    """

    def __init__(
        self,
        root: Path,
        *,
        load_in_child: bool = False,
        timeout: float = 30.0,
        python: str = sys.executable,
    ) -> None:
        self._index = ModuleIndex(root.absolute())
        self._places = Places(self._index)
        loader = Loader(self._index.root, python, timeout) if load_in_child else None
        self._describer = Describer(loader)
        self._flow = Memo(self._read)

    def read(self, entrypoint: str) -> Flow:
        """The flow that *entrypoint* names; raises `InvalidEntrypoint` or `FlowNotFound`."""
        return self._flow(entrypoint)

    def _read(self, text: str) -> Flow:
        entrypoint = self._parsed(text)
        place = self._places.of(entrypoint)
        try:
            found = self._found(entrypoint, place)
            request = Request(text, entrypoint.function, place, self._scope(place), found)
            return self._describer.describe(request)
        except RecursionError:
            raise FlowNotFound(f"`{place.file.name}` holds no flow that can be read: {TOO_DEEP}.") from None

    def _parsed(self, text: str) -> Entrypoint:
        try:
            return parse_entrypoint(text)
        except InvalidEntrypoint as error:
            names = self._names_in(text)
            if not names:
                raise
            raise InvalidEntrypoint(
                error.detail, hint=f"Write `{text}:{names[0]}`. {_holds(names)}"
            ) from None

    def _found(self, entrypoint: Entrypoint, place: Place) -> Found:
        name, origin = entrypoint.function, ""
        for _ in range(MAX_HOPS):
            scope = self._scope(place)
            try:
                return find(scope, name)
            except NotAFlow as error:
                raise InvalidEntrypoint(str(error), hint=error.hint or _holds(_names(scope))) from None
            except NotThere as error:
                raise FlowNotFound(f"{error}{origin}", hint=_near(name, _names(scope))) from None
            except Elsewhere as error:
                module, _, name = str(error).rpartition(".")
                origin = f" `{entrypoint.function}` is imported from there."
                place = self._places.of_module(module)
        raise FlowNotFound(f"`{entrypoint.function}` is imported from one module after the other.")

    def _scope(self, place: Place) -> Scope:
        try:
            return Scope(self._index, self._index.read(place.file), place.search)
        except SourceUnreadable as error:
            raise FlowNotFound(f"`{place.file.name}` holds no flow that can be read: {error}.") from None

    def _names_in(self, text: str) -> list[str]:
        """The flows in the file that *text* names without a function, if it is one."""
        file = self._index.root / text
        try:
            if file.suffix != ".py" or not file.is_file():
                return []
            return _names(self._scope(Place(file, self._index.search_path(file.parent))))
        except (FlowNotFound, OSError):
            return []


def _names(scope: Scope) -> list[str]:
    return [flow.name for flow in flows(scope)]


def _near(name: str, names: list[str]) -> str:
    return did_you_mean(name, names, otherwise=_holds(names))


def _holds(names: list[str]) -> str:
    if not names:
        return "There is no flow in this file: put `@flow` above a function."
    shown = ", ".join(f"`{name}`" for name in names[:MAX_NAMED])
    return f"Its flows are {shown}{', …' if len(names) > MAX_NAMED else ''}."
