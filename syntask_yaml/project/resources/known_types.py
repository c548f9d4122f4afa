"""Check declared blocks and work pools against the types of a backend, as far as they are known offline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.block import BLOCK_TYPES, SERVER_BLOCK_TYPES, BlockType, problems_of_fields
from syntask_yaml.model.pool_type import POOL_TYPES
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.project.resources.declared import DeclaredResource

_EMBEDDED = "embedded"
_COMMON_TYPES = sorted(SERVER_BLOCK_TYPES.union(BLOCK_TYPES))
# Fields of a type that only a server has.
_ON_SERVERS: Mapping[str, frozenset[str]] = {"webhook": frozenset({"allow_private_urls"})}


def check_types(resources: Iterable[DeclaredResource], backend: Node | None = None) -> Iterator[Diagnostic]:
    """Yield each declared block or work pool of an unknown type, or block whose fields do not match its type.

    These are errors if *backend*, which the target names, is a store. A server may have other types and
    fields, and blocks with fields that were set manually, so that they are warnings otherwise.
    """
    is_embedded = backend is not None and str(backend.value).startswith(_EMBEDDED)
    for declared in resources:
        if declared.kind is ResourceKind.BLOCK:
            for found in _check_block(declared, is_embedded=is_embedded):
                yield found if is_embedded else found.as_warning()
        elif declared.kind is ResourceKind.WORK_POOL:
            yield from _check_pool(declared.node)


def _check_pool(node: Node) -> Iterator[Diagnostic]:
    """Yield a warning if the type of a work pool is misspelled; `…:push` and other ones are a server's."""
    written = node.get("type")
    if written is None or not isinstance(written.value, str) or written.value in POOL_TYPES:
        return
    if ":" not in written.value and (near := nearest(written.value, POOL_TYPES)):
        detail = f"`{written.value}` is not a known type of work pools."
        yield written.problem("unserved-work-pool", detail, f"Did you mean `{near}`?").as_warning()


def _check_block(declared: DeclaredResource, *, is_embedded: bool) -> Iterator[Diagnostic]:
    slug, _, name = declared.name.partition("/")
    kind = BLOCK_TYPES.get(slug)
    if kind is not None:
        yield from _check_fields(declared, kind, is_embedded=is_embedded)
    elif name and is_embedded:
        detail = f"The embedded backend has no block type `{slug}`."
        hint = did_you_mean(slug, BLOCK_TYPES, otherwise="`syntask block create --help` lists the types.")
        yield declared.node.problem("unknown-block", detail, hint, at_key=True)
    elif name and slug not in SERVER_BLOCK_TYPES and (near := nearest(slug, _COMMON_TYPES)):
        detail = f"`{slug}` is neither a block type of the embedded backend nor one that every server has."
        yield declared.node.problem("unknown-block", detail, f"Did you mean `{near}`?", at_key=True)


def _check_fields(declared: DeclaredResource, kind: BlockType, *, is_embedded: bool) -> Iterator[Diagnostic]:
    node = declared.node
    given = node.value if isinstance(node.value, dict) else {}
    elsewhere = frozenset() if is_embedded else _ON_SERVERS.get(kind.slug, frozenset())
    found = list(problems_of_fields(kind.slug, given, (*kind.fields, *elsewhere), kind.required))
    slips = [each for each in found if not each.is_missing]
    for each in slips or found:  # the intended key of a misspelled one is not missing
        yield (node.get(each.field) or node).problem("wrong-value", each.detail, each.hint, at_key=True)
