"""Type variables and generic classes for the modules that `import syntask` loads.

Only type checkers need those of `typing`, whose import takes as long as the rest of the package.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, ParamSpec, TypeVar, overload

    P = ParamSpec("P")
    R = TypeVar("R")
    T = TypeVar("T")

    __all__ = ["Generic", "P", "R", "T", "overload"]
else:
    from types import GenericAlias

    P = R = T = None

    class Generic:
        """Allows `Flow[..., int]`, an alias of the class itself."""

        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

    def overload(function):
        return function
