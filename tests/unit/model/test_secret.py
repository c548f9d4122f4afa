"""What looks like a secret, whatever it is called."""

from __future__ import annotations

import pytest

from syntask_yaml.model.secret import is_secret_value


@pytest.mark.parametrize(
    "value",
    [
        "ghp_" + 36 * "a",
        "glpat-" + 20 * "b",
        "xoxb-123456789012-abcdefghijkl",
        "AKIA" + 16 * "Q",
        "sk-proj-" + 30 * "c",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln",
        "postgres://u:pw12345@h/db",
        "redis://:pw@h:6379/0",
        "-----BEGIN RSA PRIVATE KEY-----\nabc",
    ],
)
def test_keys_of_services_and_passwords_in_urls_are_secrets(value: str) -> None:
    assert is_secret_value(value)
    assert is_secret_value(f" {value}\n")


@pytest.mark.parametrize(
    "value",
    [
        "s3",
        "sk-learn-a-model-with-a-long-name",
        "https://example.com/a:b@c",
        "https://user@example.com/",
        "postgres://h:5432/db",
        "s3://bucket/key@v1",
        "arn:aws:iam::123456789012:role/r",
        "-----BEGIN CERTIFICATE-----",
        "ghp_short",
        7,
        None,
    ],
)
def test_other_values_are_not(value: object) -> None:
    assert not is_secret_value(value)
