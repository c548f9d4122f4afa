"""Classify failures of an object store by the errors of its library."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.failures import Classified, Kind, Rule, classify
from syntask_yaml.steps.transfer.remote import Remote

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_LONGEST = 300


# In order: the first match in the names and messages of the errors is used.
_RULES = (
    Rule(
        r"NoCredentials|Unable to locate credentials|DefaultCredentialsError|could not be automatically "
        r"determined|CredentialUnavailable|DefaultAzureCredential failed|PartialCredentials|ProfileNotFound",
        Kind.LOGIN,
        "No credentials were found for {url}.",
        "Set `credentials` in the step, or configure credentials on the machine that runs it.",
    ),
    Rule(
        r"InvalidAccessKeyId|does not exist in our records|SignatureDoesNotMatch|signature we calculated|"
        r"signature does not match|AuthorizationFailure|AuthenticationFailed|failed to authenticate|"
        r"authenticate the request|Invalid Credentials|invalid_grant|invalid_client|ExpiredToken|"
        r"InvalidToken|\b401\b|RefreshError|AuthorizationHeaderMalformed|security token included",
        Kind.LOGIN,
        "Authentication failed: {url} rejected the credentials.",
        "Check that the credentials are correct, have not expired, and belong to this store.",
    ),
    Rule(
        r"NoSuchBucket|bucket does not exist|ContainerNotFound|No such container|container does not exist|"
        r"bucket.* not found|FileNotFoundError: b/[^/\s]+/o$",  # the last is a listing's, of gcsfs
        Kind.MISSING,
        "{url} does not exist.",
        "Check the name, or create the bucket or container. Steps do not create it.",
    ),
    Rule(
        r"Access ?Denied|Forbidden|\b403\b|PermissionMismatch|does not have .* access",
        Kind.DENIED,
        "Permission denied: the credentials do not allow this operation in {url}.",
        "Allow the credentials to list, read and write the folder.",
    ),
    Rule(
        r"[Cc]ertificate|SSLError|SSLCertVerification",
        Kind.SETUP,
        "The certificate of {url} is not trusted.",
        (
            "Set `SSL_CERT_FILE`, or for S3 `verify` in `client_parameters`, to the "
            "certificate of the authority."
        ),
    ),
    Rule(
        r"EndpointConnectionError|Could not connect|ClientConnector|Cannot connect|refused|getaddrinfo|"
        r"Name or service|name resolution|ConnectTimeout|ServiceRequestError|unreachable",
        Kind.NETWORK,
        "Cannot connect to {url}.",
        "Check the endpoint, the proxy, and the network connection of this machine.",
    ),
    Rule(
        r"ClientPayloadError|ServerDisconnected|ClientOSError|IncompleteRead|ResponseStreaming|Connection|"
        r"[Tt]imed? ?out|SlowDown|InternalError|ServiceUnavailable|ServerBusy|\b50[0-4]\b|\b429\b|BadGateway|"
        r"transfer stopped|ServiceResponseError|HTTPClientError|ReadError|ChecksumError|MD5",
        Kind.NETWORK,
        "The connection to {url} was lost.",
        "Try again later.",
    ),
    Rule(
        r"FileNotFoundError|ResourceNotFound|NoSuchKey|\b404\b",
        Kind.MISSING,
        "A file of {url} does not exist.",
        "Check whether it was removed in the meantime.",
    ),
    Rule(
        r"ParamValidation|Invalid bucket name|InvalidBucketName|Invalid endpoint|InvalidResourceName",
        Kind.SETUP,
        "{url} is not a valid location.",
        "Fix the name of the bucket or container, or the endpoint.",
    ),
)


class StoreFailed(StepFailed):
    """A store, or the connection to it, failed; *kind* decides on retries."""

    def __init__(self, kind: Kind, detail: str, *, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.kind = kind


def failure_kind(error: BaseException) -> Kind:
    """Return the kind of *error*."""
    if _is_local(error):
        return Kind.SETUP
    found = _classified(error)
    return Kind.OTHER if found is None else found.rule.kind


def failure_of(error: BaseException, remote: Remote) -> StepFailed:
    """Return the failure for *error*, an exception of a store's library or of the local file system."""
    error = _first(error)
    url = f"`{remote.url}`"
    if isinstance(error, StepFailed):
        return error
    if isinstance(error, OSError) and _is_local(error):
        where = f" `{error.filename}`" if error.filename else ""
        detail = f"Cannot copy the files of {url}: {error.strerror}{where}."
        return StoreFailed(Kind.SETUP, detail, hint="Check the disk and the permissions of the directory.")
    message = remote.scrubber.scrub(_message_of(error))
    found = _classified(error)
    if found is None:
        return StoreFailed(Kind.OTHER, f"Cannot use {url}. The storage library reported: {message}")
    detail = f"{found.rule.detail.format(url=url)}\nThe storage library reported: {message}"
    return StoreFailed(found.rule.kind, detail, hint=found.rule.hint)


def _classified(error: BaseException) -> Classified | None:
    return classify("\n".join(f"{type(each).__name__}: {each}" for each in _chain(error)), _RULES)


def _is_local(error: BaseException) -> bool:
    """Return whether the error comes from the local file system, not the store."""
    error = _first(error)
    if not isinstance(error, OSError):
        return False
    is_ours = error.filename is not None and error.errno in (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG)
    return is_ours or error.errno in _DISK


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = _first(error)
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _message_of(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
