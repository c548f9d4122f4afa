"""Sessions and form tokens: values that only this process can have created."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_NAME_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sessions:
    """Create sessions and recognize them. Sessions of an earlier process are invalid.

    A session is a random name with its signature; the token of its forms is another signature. With a
    *token*, a new session requires that token.
    """

    token: str | None = None
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def new(self) -> str:
        """Return a new session, the value of a cookie."""
        name = secrets.token_hex(_NAME_BYTES)
        return f"{name}.{self._signature('session', name)}"

    def is_ours(self, session: str) -> bool:
        name, _, signature = session.partition(".")
        return _are_equal(signature, self._signature("session", name))

    def form_token(self, session: str) -> str:
        """Return the token of forms in *session*, which other sites cannot know."""
        return self._signature("form", session)

    def fits(self, form_token: str, session: str) -> bool:
        return _are_equal(form_token, self.form_token(session))

    def opens(self, token: str) -> bool:
        """Return whether *token* is correct; always true if none is required."""
        return self.token is None or _are_equal(token, self.token)

    def _signature(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def _are_equal(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode())
