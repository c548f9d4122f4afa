"""Results of tasks as files under `$SYNTASK_HOME/results`, one per key.

A file has a line of JSON that describes the format, and the result. An invalid file, such as a truncated one,
is treated as missing and replaced.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from syntask._exceptions import SerializationError
from syntask._home import home_folder
from syntask._results import json_values

_FORMAT = "syntask.result/1"
_LONGEST_NAME = 120


class Stored(NamedTuple):
    """A stored result."""

    value: Any


class ResultStore:
    """Results in *folder*, with *serializer*: `json`, `pickle`, or a compressed form of them."""

    def __init__(self, folder: str | None = None, serializer: str = "json") -> None:
        self.folder = folder or os.path.join(home_folder(os.environ) or ".syntask", "results")  # noqa: PTH118
        self.serializer = serializer
        self._write, self._read = _forms(serializer)

    def read(self, key: str) -> Stored | None:
        """Return the result under *key*; None if it does not exist or has expired."""
        try:
            with open(self._path(key), "rb") as file:  # noqa: PTH123
                head, body = json.loads(file.readline()), file.read()
            if not self._is_of(head, key, body):
                return None
            return Stored(self._read(body))
        except Exception:  # noqa: BLE001  (an invalid file is a missing result)
            return None

    def _is_of(self, head: Any, key: str, body: bytes) -> bool:
        wanted = {"format": _FORMAT, "key": key, "serializer": self.serializer, "bytes": len(body)}
        if not isinstance(head, dict) or any(head.get(name) != each for name, each in wanted.items()):
            return False
        expires = head.get("expires")
        return expires is None or time.time() < expires

    def write(self, key: str, value: Any, *, expires: float | None = None) -> None:
        """Store *value* under *key* until *expires*, in seconds since 1970; None means no expiry.

        Raises SerializationError if the serializer does not support the value, and OSError.
        """
        body = self._write(value)
        facts = {"format": _FORMAT, "key": key, "serializer": self.serializer, "bytes": len(body)}
        head = json.dumps({**facts, "expires": expires}).encode()
        path = self._path(key)
        draft = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.draft"
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        try:
            with open(draft, "xb") as file:  # noqa: PTH123
                file.write(head + b"\n" + body)
            os.replace(draft, path)  # noqa: PTH105
        except BaseException:
            if os.path.exists(draft):  # noqa: PTH110
                os.unlink(draft)  # noqa: PTH108
            raise

    def _path(self, key: str) -> str:
        """Return the file for *key*, with the key as its name if that is valid."""
        plain = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
        name = key if plain and len(key) <= _LONGEST_NAME else digest(key.encode())
        return os.path.join(self.folder, f"{name}.result")  # noqa: PTH118


def digest(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()


_Forms = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]


def _forms(serializer: str) -> _Forms:
    """Return the functions of *serializer* to write and read."""
    prefix, _, inner = serializer.rpartition("/")
    write, read = _PLAIN[inner]
    if not prefix:
        return write, read
    import zlib

    return (lambda value: zlib.compress(write(value))), (lambda body: read(zlib.decompress(body)))


def pickled(value: Any) -> bytes:
    """Return *value* as a pickle. With cloudpickle, it can contain functions and classes of the script.

    Raises SerializationError if it cannot be pickled.
    """
    import pickle

    try:
        from cloudpickle import dumps  # type: ignore[import-untyped]  # used if it is there
    except ImportError:
        dumps = pickle.dumps
    try:
        return bytes(dumps(value))
    except Exception as error:
        raise SerializationError(f"The value cannot be pickled. {type(error).__name__}: {error}") from error


def _unpickled(body: bytes) -> Any:
    import pickle

    return pickle.loads(body)


_PLAIN: Mapping[str, _Forms] = {
    "json": (
        lambda value: json_values.dumps(value).encode(),
        lambda body: json_values.loads(body.decode()),
    ),
    "pickle": (pickled, _unpickled),
}
SERIALIZERS = (*_PLAIN, *(f"compressed/{name}" for name in _PLAIN))
