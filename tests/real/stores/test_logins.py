"""What Google's and Azure's stores say to credentials that are wrong, and what a user hears of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from syntask_yaml.model.secret import Secret
from syntask_yaml.steps.base import StepFailedAt
from tests.real.stores.conftest import Workplace
from tests.support import object_stores
from tests.support.object_stores import AZURE_KEY, ObjectStore, azure_login

pytestmark = pytest.mark.real

_WRONG_KEY = "cGxhbnRlZC13cm9uZy1rZXk="


@pytest.fixture(scope="module", name="azure")
def _azure() -> Iterator[ObjectStore]:
    if reason := object_stores.missing(object_stores.AZURE):
        pytest.skip(reason)
    with object_stores.azure() as store:
        yield store


def assert_untold(caught: pytest.ExceptionInfo[StepFailedAt], place: Workplace, secret: str) -> None:
    """Fail if a secret is in what was said."""
    told = "".join([str(caught.value), caught.value.hint, *caught.value.lines, *map(repr, place.events)])
    assert secret not in told


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"connection_string": "{wrong}"}, "rejected the credentials"),
        ("{wrong}", "rejected the credentials"),
        ({"connection_string": f"AccountKey={_WRONG_KEY}"}, "connection string .* is not valid"),
        ({}, "have no account"),
        ({"account_url": "not a url"}, "have no account"),
        ({"account_url": "https://team.blob.core.windows.net", "tenant_id": "t"}, "have no `client_id`"),
    ],
)
def test_azure_credentials_that_are_wrong(
    azure: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, credentials: Any, expected: str
) -> None:
    """Each is told with what to write instead, and without the key."""
    monkeypatch.setenv("NO_PROXY", "*")
    wrong = azure_login(azure.port, _WRONG_KEY)
    filled = json.loads(json.dumps(credentials).replace("{wrong}", wrong))
    place = Workplace(tmp_path, azure)
    place.write(flow="1")
    for copy in (place.push, place.pull):
        with pytest.raises(StepFailedAt, match=expected) as caught:
            copy(credentials=filled)
        assert caught.value.hint
        assert_untold(caught, place, _WRONG_KEY)


def test_azure_takes_a_connection_string_as_it_is(
    azure: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it comes from a block with one secret."""
    monkeypatch.setenv("NO_PROXY", "*")
    place = Workplace(tmp_path, azure)
    place.write(flow="1")
    place.push("alone", credentials=Secret(azure_login(azure.port)))
    place.pull("alone", credentials=Secret(azure_login(azure.port)))

    assert place.copied.startswith("Copying 0 of 1 files")
    assert AZURE_KEY not in repr(place.events)


def _service_account() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "type": "service_account",
        "project_id": "team",
        "client_email": "etl@team.iam.gserviceaccount.com",
        "private_key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "token_uri": "http://127.0.0.1:1/token",
    }


@pytest.mark.parametrize("form", ["info", "text", "file", "alone"])
def test_google_credentials_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """A service account's key, in each form, is what asks for a token; it is not told."""
    monkeypatch.setenv("NO_PROXY", "*")
    account = _service_account()
    file = tmp_path / "key.json"
    file.write_text(json.dumps(account), encoding="utf-8")
    credentials: Any = {
        "info": {"service_account_info": account},
        "text": {"service_account_info": json.dumps(account)},
        "file": {"service_account_file": str(file)},
        "alone": json.dumps(account),
    }[form]
    place = Workplace(tmp_path / "here", ObjectStore("gcs", 1))
    with pytest.raises(StepFailedAt, match=r"Cannot connect to|rejected") as caught:
        place.pull(credentials=credentials)

    assert_untold(caught, place, account["private_key"].splitlines()[3])


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"service_account_info": "no json"}, "is not JSON with"),
        ({"service_account_info": {"client_email": "x"}}, "is not JSON with"),
        ({"service_account_file": "nowhere.json"}, "key file .* does not exist"),
        ({"token": "x"}, "no service account key"),
        (None, "No credentials were found"),
    ],
)
def test_google_credentials_that_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, credentials: Any, expected: str
) -> None:
    """They are told before anything is asked of anybody."""
    for name in ("GCE_METADATA_IP", "GCE_METADATA_HOST"):
        monkeypatch.setenv(name, "127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    place = Workplace(tmp_path, ObjectStore("gcs", 1))
    with pytest.raises(StepFailedAt, match=expected) as caught:
        place.pull(credentials=credentials)

    assert caught.value.hint
