"""Replace secrets in the output of steps by `***`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from syntask_yaml.model.secret import SECRET_NAMES, Secret

MASK = "***"


# Shorter lines of a secret, and shorter strings that are secret only by name, are not masked: `{`, `-`.
_SHORTEST = 4


class Scrubber:
    """A set of secrets to mask, to which more may be added."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(texts)

    def learn(self, texts: Iterable[str]) -> None:
        self._forms.update(form for text in texts for form in _forms(text))
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def scrub(self, text: str) -> str:
        """Return *text* with every secret masked."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def seal(self, value: Any) -> Any:
        """Return *value* with each string that contains a secret as a `Secret`."""
        if isinstance(value, str):
            return Secret(value) if self.scrub(value) != value else value
        if isinstance(value, Mapping):
            return {key: self.seal(item) for key, item in value.items()}
        return [self.seal(item) for item in value] if isinstance(value, (list, tuple)) else value


def _forms(text: str) -> Iterator[str]:
    """Return the forms of a secret in output: plain, in a URL, in JSON, or line by line."""
    yield from filter(None, {text, text.strip(), quote(text, safe=""), json.dumps(text)[1:-1]})
    lines = text.splitlines()
    if len(lines) > 1:
        yield from (line.strip() for line in lines if len(line.strip()) >= _SHORTEST)


def secrets_in(inputs: Any, *, name: str = "") -> Iterator[str]:
    """Return the strings of every `Secret` in *inputs*, and of inputs with secret names."""
    if isinstance(inputs, Secret):
        yield inputs.reveal()
    elif isinstance(inputs, Mapping):
        for key, item in inputs.items():
            yield from secrets_in(item, name=str(key))
    elif isinstance(inputs, (list, tuple)):
        for item in inputs:
            yield from secrets_in(item, name=name)
    elif isinstance(inputs, str) and len(inputs) >= _SHORTEST and name in SECRET_NAMES:
        yield inputs
