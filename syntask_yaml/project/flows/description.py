"""From a function that was found to the flow that it is."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from syntask_yaml.project.flows.decorators import NOTHING_SAID, SAID, check_signature
from syntask_yaml.project.flows.definition import Found, flows
from syntask_yaml.project.flows.docstring import parameter_descriptions
from syntask_yaml.project.flows.flow import Flow
from syntask_yaml.project.flows.loading import Loaded, Loader
from syntask_yaml.project.flows.own_decorators import keeps_signature
from syntask_yaml.project.flows.places import Place
from syntask_yaml.project.flows.schema import Schemas, parameter_schemas
from syntask_yaml.project.flows.schema.partial import PartialSchema, partial_schema
from syntask_yaml.project.flows.volatile import marked
from syntask_yaml.pysource.entrypoint import FlowNotFound
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.pysource.scope import Scope
from syntask_yaml.pysource.symbols import Unknowable

NOT_LOADED = Loaded(error="it was not loaded to find out")

_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: *function* of *place*, whose module is *scope*, and what was *found* there."""

    entrypoint: str
    function: str
    place: Place
    scope: Scope
    found: Found


class Describer:
    """Describes flows from their source, and with *loader* where the source does not tell."""

    def __init__(self, loader: Loader | None) -> None:
        self._loader = loader
        self._answers = Memo(self._load)

    def describe(self, request: Request) -> Flow:
        """The flow that was found; raises `FlowNotFound` if loading it tells that there is none."""
        flow = from_source(request.entrypoint, request.found)
        known: PartialSchema | None = None
        try:
            schemas = schemas_of(request.found)
            flow = replace(flow, parameter_schema=schemas.deployed, value_schema=schemas.values)
            reason = ""
        except Unknowable as error:
            reason, known = str(error), _known_of(request.found)
        unknown = _unknown(request.found)
        if not reason and not unknown:
            return flow
        loaded = self._loaded(request)
        if loaded.is_missing and request.found.function is None:
            raise FlowNotFound(
                f"`{request.place.file.name}` has no flow `{request.function}`: {loaded.error}."
            )
        if loaded.schema is not None and request.found.function is not None:
            loaded = replace(loaded, schema=marked(dict(loaded.schema), request.found.function))
        return _completed(flow, loaded, reason, known, unknown)

    def _loaded(self, request: Request) -> Loaded:
        if self._loader is None:
            return NOT_LOADED
        # All flows of a file are asked for at once: it is loaded once, however many of them are deployed.
        names = tuple(flow.name for flow in flows(request.scope))
        if request.function not in names:
            names = (request.function,)
        return self._answers((request.place, names))[request.function]

    def _load(self, key: tuple[Place, tuple[str, ...]]) -> Mapping[str, Loaded]:
        assert self._loader is not None
        place, functions = key
        return self._loader.load(place.file, place.module, functions)


def from_source(entrypoint: str, found: Found) -> Flow:
    """All but the parameters."""
    options = found.options or found.possible or NOTHING_SAID
    node = found.function.node if found.function else None
    module = found.function.scope.module if found.function else found.scope.module
    name = node.name if node else found.name.rpartition(".")[2]
    return Flow(
        entrypoint=entrypoint,
        name=options.name or name.replace("_", "-"),
        function=found.name,
        file=module.path,
        line=found.line,
        description=options.description or (_docstring(node) if node else None),
        version=options.version,
        source_digest=module.digest,
        is_decorated=found.options is not None,
    )


def schemas_of(found: Found) -> Schemas:
    """The schemas of the parameters; raises `Unknowable`."""
    function = found.function
    if function is None or found.reason:
        raise Unknowable(found.reason)
    assert not isinstance(function.node, ast.ClassDef)
    check_signature(function.node, function.scope, keeps_signature)
    try:
        return parameter_schemas(function, parameter_descriptions(_docstring(function.node)))
    except RecursionError as error:
        raise Unknowable("its signature is nested too deeply") from error


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The documentation of a definition, without its indentation."""
    text = ast.get_docstring(node, clean=False)
    return inspect.cleandoc(text) if text else None


def _unknown(found: Found) -> frozenset[str]:
    if found.function is None and found.options is None:
        return frozenset(SAID)
    options = found.options or found.possible
    return options.unknown if options else frozenset()


def _known_of(found: Found) -> PartialSchema | None:
    """What is known of a signature that is not known as a whole."""
    if found.function is None or found.reason:
        return None
    assert not isinstance(found.function.node, ast.ClassDef)
    try:
        check_signature(found.function.node, found.function.scope, keeps_signature)
    except Unknowable:
        return None
    return partial_schema(found.function, parameter_descriptions(_docstring(found.function.node)))


def _completed(
    flow: Flow, loaded: Loaded, reason: str, known: PartialSchema | None, unknown: frozenset[str]
) -> Flow:
    """*flow* with what was *loaded*, and a note for what is still not known."""
    if reason:
        flow = replace(flow, parameter_schema=loaded.schema, value_schema=loaded.value_schema)
    if "name" in unknown:
        flow = replace(flow, name=loaded.name or flow.name)
    if "description" in unknown:
        flow = replace(flow, description=loaded.description or flow.description)
    if "version" in unknown and loaded.version and not _MD5.fullmatch(loaded.version):
        flow = replace(flow, version=loaded.version)
    if loaded.error:
        notes = tuple(_notes(flow, loaded, reason, known, unknown))
        return replace(flow, notes=notes, value_schema=flow.value_schema if known is None else known.schema)
    return replace(flow, is_decorated=flow.is_decorated or loaded.name is not None)


def _notes(
    flow: Flow, loaded: Loaded, reason: str, known: PartialSchema | None, unknown: frozenset[str]
) -> Iterator[str]:
    error = loaded.error.rstrip(".")
    if reason:
        names = known.unknown if known else ()
        listed = ", ".join(f"`{name}`" for name in names)
        which = (
            f"parameter {listed}" if len(names) == 1 else f"parameters {listed}" if names else "parameters"
        )
        verb = "is" if len(names) == 1 else "are"
        what = f"The {which} of `{flow.function}` {verb} not known from its source"
        yield f"{what}, and cannot be checked: {reason}; {error}."
    if "name" in unknown and loaded.name is None:
        taken = f"`{flow.name}` is used"
        yield f"The name of the flow `{flow.function}` is not known from its source: {taken}; {error}."
