"""Ids, and names that people can say."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from syntask_yaml.errors import BackendRefused

# Half a character, too: no text in UTF-8 has one.
_FORBIDDEN = re.compile(r"[/%&<>\x00-\x1f\x7f\ud800-\udfff]")

_ADJECTIVES = tuple(
    """
    agile airy amber ample apt bold brave brief bright brisk calm candid clear clever cosy crisp
    curious deft eager early earnest even fair famous fleet fond free frosty gentle glad golden grand
    hardy honest humble jolly keen kind lively lucid lucky mellow merry mighty modest neat nimble noble
    patient placid plucky proud quick quiet rapid ready robust rosy silver steady sunny swift tidy warm
    """.split()
)
_NOUNS = tuple(
    """
    acorn alder anchor arrow badger beacon birch bison brook canyon cedar comet condor coral crane delta
    dolphin ember falcon fern finch fjord fox gannet glacier harbour hare hazel heron ibis island jasper
    juniper kestrel lagoon lantern lark linnet lynx maple marten meadow meteor moss oak orchid osprey otter
    pebble pine plover quartz raven reef river robin sparrow spruce summit swallow tern thistle walnut wren
    """.split()
)


def new_id() -> str:
    """A random id in the form of a UUID of version 4."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def run_name(id: str) -> str:
    """Two words for the run with this *id*, such as `brisk-otter`."""
    number = int(id.replace("-", "")[:8], 16)
    return f"{_pick(_ADJECTIVES, number)}-{_pick(_NOUNS, number >> 16)}"


def check_name(kind: str, name: str) -> None:
    """Raise BackendRefused if *name* cannot be the name of a *kind*, such as a work pool."""
    if not name or _FORBIDDEN.search(name):
        shown = ascii(name)[1:-1]
        raise BackendRefused(
            f"`{shown}` is not a valid {kind} name.",
            hint="Use at least one character, and no `/ % & < >` or invisible characters.",
        )


def _pick(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]
