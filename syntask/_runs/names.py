"""Names of runs: two random words, or the name that a flow or task declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syntask._exceptions import InvalidNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FORBIDDEN = frozenset("/%&<>")
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


def two_words(number: int) -> str:
    """Return two words for *number*, such as `brisk-otter`."""
    adjective = _ADJECTIVES[number % len(_ADJECTIVES)]
    return f"{adjective}-{_NOUNS[(number >> 16) % len(_NOUNS)]}"


def custom_name(wanted: str | Callable[..., str], parameters: Mapping[str, Any], option: str) -> str:
    """Return the name from *wanted*, a template of the parameters or a function.

    A function with an argument `parameters` gets them. Raises TypeError if the result is not text, and any
    exception of the function or template. *option* is the name of the option for messages.
    """
    if isinstance(wanted, str):
        return wanted.format(**parameters)
    name: Any = wanted(parameters=parameters) if _takes_parameters(wanted) else wanted()
    if not isinstance(name, str):
        raise TypeError(f"`{option}` returned a {type(name).__name__}; return a text.")
    return name


def flow_name_of(function: Any) -> str:
    """Return the default name of a flow: that of its function, with `-` for `_`."""
    name = str(getattr(function, "__name__", type(function).__name__))
    return "".join(each for each in name if each not in _FORBIDDEN).replace("_", "-")


def check_flow_name(name: str) -> None:
    """Raise InvalidNameError if *name* is not valid for a flow."""
    if found := sorted(_FORBIDDEN.intersection(name)):
        raise InvalidNameError(f"A flow cannot be called `{name}`. Leave out {' '.join(found)}.")


def check_name_option(wanted: object, option: str) -> None:
    """Raise TypeError unless *wanted* is text, a function, or None."""
    if wanted is not None and not isinstance(wanted, str) and not callable(wanted):
        raise TypeError(f"`{option}` is a {type(wanted).__name__}; write a text or a function.")


def hook_name(hook: Any) -> str:
    """Return the name of a hook for logs."""
    inner = getattr(hook, "func", hook)
    return getattr(hook, "__name__", None) or getattr(inner, "__name__", None) or type(hook).__name__


def _takes_parameters(function: Callable[..., Any]) -> bool:
    import inspect

    try:
        return "parameters" in inspect.signature(function).parameters
    except ValueError:  # compiled, without a signature
        return False
