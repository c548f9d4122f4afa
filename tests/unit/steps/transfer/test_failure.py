"""What the libraries of the stores raise, in our words."""

from __future__ import annotations

import errno

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.transfer.failure import StoreFailed, failure_kind, failure_of
from syntask_yaml.steps.transfer.remote import Remote

REMOTE = Remote(MemoryFileSystem(), "flows/production", "s3://flows/production", ("planted-key",))


class EndpointConnectionError(Exception):
    """As botocore has one."""


class ClientPayloadError(Exception):
    """As aiohttp has one."""


class NoCredentialsError(Exception):
    """As botocore has one."""


def _caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError("The AWS Access Key Id you provided does not exist in our records."), Kind.LOGIN),
        (PermissionError("The request signature we calculated does not match the signature"), Kind.LOGIN),
        (NoCredentialsError("Unable to locate credentials"), Kind.LOGIN),
        (PermissionError("Access Denied"), Kind.DENIED),
        (OSError("Forbidden: https://storage.googleapis.com/b/flows"), Kind.DENIED),
        (FileNotFoundError("The specified bucket does not exist"), Kind.MISSING),
        (FileNotFoundError("b/flows/o"), Kind.MISSING),
        (FileNotFoundError(errno.ENOENT, "No such container", "flows"), Kind.MISSING),
        (EndpointConnectionError('Could not connect to the endpoint URL: "http://h/"'), Kind.NETWORK),
        (ClientPayloadError("Response payload is not completed"), Kind.NETWORK),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), Kind.NETWORK),
        (TimeoutError(), Kind.NETWORK),
        (_caused(OSError("what happened"), ClientPayloadError()), Kind.NETWORK),
        (ExceptionGroup("several", [PermissionError("Access Denied"), TimeoutError()]), Kind.DENIED),
        (OSError(errno.EIO, "An error occurred (503) when calling PutObject: SlowDown"), Kind.NETWORK),
        (OSError(errno.ENOSPC, "No space left on device"), Kind.SETUP),
        (PermissionError(errno.EACCES, "Permission denied", "/srv/x"), Kind.SETUP),
        (OSError("certificate verify failed: self-signed certificate"), Kind.SETUP),
        (RuntimeError("something else"), Kind.OTHER),
    ],
)
def test_kinds(error: Exception, kind: Kind) -> None:
    """Only the network's failures are tried again; each known kind has a hint."""
    failure = failure_of(error, REMOTE)

    assert isinstance(failure, StoreFailed)
    assert (failure_kind(error), failure.kind) == (kind, kind)
    assert bool(failure.hint) is (kind is not Kind.OTHER)
    assert "s3://flows/production" in failure.detail


def test_secrets_are_masked_and_long_texts_cut() -> None:
    """A library may put whatever it was given into its words."""
    failure = failure_of(RuntimeError("bad planted-key " + "x" * 1000), REMOTE)

    assert "planted-key" not in failure.detail
    assert "bad *** x" in failure.detail
    assert len(failure.detail) < 500


def test_a_failure_of_ours_stays_as_it_is() -> None:
    """What was said well once is not said again."""
    failure = StepFailed("said")

    assert failure_of(failure, REMOTE) is failure
