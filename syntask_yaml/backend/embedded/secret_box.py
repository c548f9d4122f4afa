"""Encryption of secrets with a key that is stored next to the store."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from syntask_yaml.backend.ids import new_id
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.secret import Secret

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SecretBox:
    """Encrypts and decrypts text with the key in the file at *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make_key(self) -> None:
        """Create the key if it does not exist. Not safe for concurrent use."""
        if self.path.exists():
            return
        from cryptography.fernet import Fernet

        draft = self.path.with_name(f"{self.path.name}.{new_id()}")
        try:
            draft.touch(mode=0o600, exist_ok=False)
            with draft.open("wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise self._unusable(f"cannot be written: {error.strerror}") from error

    def seal(self, secret: Secret) -> str:
        """Return *secret*, encrypted."""
        return self._fernet.encrypt(secret.reveal().encode("utf-8", "surrogatepass")).decode()

    def open(self, sealed: str) -> Secret:
        """Return the decrypted secret."""
        from cryptography.fernet import InvalidToken

        try:
            return Secret(self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass"))
        except InvalidToken as error:
            raise self._unusable("is not the key that the secret was encrypted with") from error

    @cached_property
    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet

        try:
            return Fernet(self.path.read_bytes().strip())
        except FileNotFoundError as error:
            raise self._unusable("is missing") from error
        except OSError as error:
            raise self._unusable(f"cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise self._unusable("is damaged") from error

    def _unusable(self, problem: str) -> BackendRefused:
        return BackendRefused(
            f"The encryption key of the store, `{self.path}`, {problem}.",
            hint="Restore the key from a backup, or delete and recreate the blocks that contain secrets.",
        )
