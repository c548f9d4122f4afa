"""What went wrong with a store, by what its library says."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.failures import Classified, Kind, Rule, classify
from syntask_yaml.steps.transfer.remote import Remote

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_LONGEST = 300


# In order: the first that is found in the names and words of the errors counts.
_RULES = (
    Rule(
        r"NoCredentials|Unable to locate credentials|DefaultCredentialsError|could not be automatically "
        r"determined|CredentialUnavailable|DefaultAzureCredential failed|PartialCredentials|ProfileNotFound",
        Kind.LOGIN,
        "There are no credentials for {url}.",
        "Give the step `credentials`, or set them up where it runs.",
    ),
    Rule(
        r"InvalidAccessKeyId|does not exist in our records|SignatureDoesNotMatch|signature we calculated|"
        r"signature does not match|AuthorizationFailure|AuthenticationFailed|failed to authenticate|"
        r"authenticate the request|Invalid Credentials|invalid_grant|invalid_client|ExpiredToken|"
        r"InvalidToken|\b401\b|RefreshError|AuthorizationHeaderMalformed|security token included",
        Kind.LOGIN,
        "{url} does not accept the credentials.",
        "Check that they are right, have not expired, and are for this store.",
    ),
    Rule(
        r"NoSuchBucket|bucket does not exist|ContainerNotFound|No such container|container does not exist|"
        r"bucket.* not found|FileNotFoundError: b/[^/\s]+/o$",  # the last is a listing's, of gcsfs
        Kind.MISSING,
        "There is no {url}.",
        "Check the name, and make the bucket or container: a step does not.",
    ),
    Rule(
        r"Access ?Denied|Forbidden|\b403\b|PermissionMismatch|does not have .* access",
        Kind.DENIED,
        "The credentials do not allow this in {url}.",
        "Let them list, read and write that folder.",
    ),
    Rule(
        r"[Cc]ertificate|SSLError|SSLCertVerification",
        Kind.SETUP,
        "The certificate of {url} is not one that is trusted here.",
        "Name the authority's certificate in `SSL_CERT_FILE`, or for S3 in `verify` of `client_parameters`.",
    ),
    Rule(
        r"EndpointConnectionError|Could not connect|ClientConnector|Cannot connect|refused|getaddrinfo|"
        r"Name or service|name resolution|ConnectTimeout|ServiceRequestError|unreachable",
        Kind.NETWORK,
        "{url} does not answer.",
        "Check the endpoint, the proxy, and that this machine has a network.",
    ),
    Rule(
        r"ClientPayloadError|ServerDisconnected|ClientOSError|IncompleteRead|ResponseStreaming|Connection|"
        r"[Tt]imed? ?out|SlowDown|InternalError|ServiceUnavailable|ServerBusy|\b50[0-4]\b|\b429\b|BadGateway|"
        r"broken off|ServiceResponseError|HTTPClientError|ReadError|ChecksumError|MD5",
        Kind.NETWORK,
        "{url} broke the connection off.",
        "Try again later.",
    ),
    Rule(
        r"FileNotFoundError|ResourceNotFound|NoSuchKey|\b404\b",
        Kind.MISSING,
        "A file of {url} is not there.",
        "Was it removed meanwhile?",
    ),
    Rule(
        r"ParamValidation|Invalid bucket name|InvalidBucketName|Invalid endpoint|InvalidResourceName",
        Kind.SETUP,
        "{url} is no place that there can be.",
        "Correct the name of the bucket or container, and the endpoint.",
    ),
)


class StoreFailed(StepFailed):
    """A store, or the way to it, failed; *kind* says what may be done about it."""

    def __init__(self, kind: Kind, detail: str, *, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.kind = kind


def kind_of(error: BaseException) -> Kind:
    """Whose fault *error* is."""
    if _is_local(error):
        return Kind.SETUP
    found = _classified(error)
    return Kind.OTHER if found is None else found.rule.kind


def failure_of(error: BaseException, remote: Remote) -> StepFailed:
    """The failure that *error*, an exception of a store's library or of this machine, comes to."""
    error = _first(error)
    url = f"`{remote.url}`"
    if isinstance(error, StepFailed):
        return error
    if isinstance(error, OSError) and _is_local(error):
        where = f" `{error.filename}`" if error.filename else ""
        detail = f"The files of {url} cannot be copied: {error.strerror}{where}."
        return StoreFailed(Kind.SETUP, detail, hint="Check the disk, and whose the directory is.")
    said = remote.scrubber.scrub(_said(error))
    found = _classified(error)
    if found is None:
        return StoreFailed(Kind.OTHER, f"{url} cannot be used. Its library said: {said}")
    detail = f"{found.rule.detail.format(url=url)}\nIts library said: {said}"
    return StoreFailed(found.rule.kind, detail, hint=found.rule.hint)


def _classified(error: BaseException) -> Classified | None:
    return classify("\n".join(f"{type(each).__name__}: {each}" for each in _chain(error)), _RULES)


def _is_local(error: BaseException) -> bool:
    """Whether this machine's files are at fault, rather than the store."""
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


def _said(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
