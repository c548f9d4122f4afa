"""Mails to a real server: what they hold, over which connection, and what is said of those that fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.blocks import fitted
from syntask_yaml.delivery.context import DeliveryContext, Undelivered
from syntask_yaml.delivery.facts import facts_of
from syntask_yaml.delivery.mail import send_email
from syntask_yaml.model.automation import whole_action
from syntask_yaml.model.block import Block
from syntask_yaml.model.run import State, StateType
from syntask_yaml.model.run_event import event_of
from tests.support.mail_server import LOGIN, REJECTED, MailServer, mail_server, make_certificate
from tests.unit.model.test_run_event import RUN

ID = "9bb32aa6-2f21-5f53-8c91-bb97458f5cf7"


def message(server: MailServer, more: Mapping[str, Any], **action: Any) -> DeliveryContext:
    """A mail over *server*, with *more* in the block."""
    data = {"smtp_server": "127.0.0.1", "smtp_port": str(server.port), "smtp_type": "INSECURE", **more}
    block = fitted(Block("email-server-credentials", "ops", data))
    given = {"type": "send-email", "block": "email-server-credentials/ops", "to": "ops@example.com", **action}
    run = replace(RUN, state=State(StateType.FAILED, message="it broke: ✓"))
    return DeliveryContext(
        id=ID,
        action=whole_action(given),
        facts=facts_of(event_of(run), id=ID, automation="tell", automation_id="1"),
        block=lambda kind, name: block if (kind, name) == (block.type, block.name) else None,
        environ={},
        directory=Path(),
    )


def failure(of: DeliveryContext) -> str:
    with pytest.raises(Undelivered) as failed:
        send_email(of)
    assert LOGIN[1] not in str(failed.value)
    return str(failed.value)


def test_a_mail_says_what_happened() -> None:
    """Its id is that of the delivery in every attempt; a line end in the subject begins no header."""
    with mail_server() as server:
        send_email(message(server, {}))
        send_email(
            message(server, {}, to=["a@example.com", "b@example.com"], subject="{{ flow.name }}\nBcc: x@y.z")
        )

    first, second = server.got
    assert first["Message-ID"] == second["Message-ID"] == f"<{ID}@syntask>"
    assert first["Subject"] == "etl/nightly: brisk-otter is Failed"
    assert first.get_content().strip() == "it broke: ✓"
    assert (first["To"], second["To"]) == ("ops@example.com", "a@example.com, b@example.com")
    assert (second["Subject"], second["Bcc"]) == ("etl Bcc: x@y.z", None)


def test_a_password_goes_over_tls_to_whom_it_is_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nowhere else: not without TLS, and not to a server that cannot prove who it is."""
    certificate = make_certificate(tmp_path)
    user, password = LOGIN
    tls = {"smtp_type": "STARTTLS", "username": user, "password": password}
    with mail_server(certificate) as server:
        assert "certificate verify failed" in failure(message(server, tls))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send_email(message(server, tls))
        assert "rejected the login (535)" in failure(message(server, {**tls, "password": "wrong"}))
        assert "unencrypted" in failure(message(server, {**tls, "smtp_type": "INSECURE"}))
        assert "answered 530" in failure(message(server, {}))
    (mail,) = server.got
    assert mail["From"] == user


def test_what_the_server_rejects_is_said() -> None:
    """If it rejects some, the others have it, and it is not sent again."""
    with mail_server() as server:
        assert f"rejected {REJECTED} (550)" in failure(message(server, {}, to=REJECTED))
        assert f"rejected {REJECTED} (550)" in send_email(message(server, {}, to=["a@example.com", REJECTED]))
        assert len(server.got) == 1
    assert "refused" in failure(message(server, {}))
    assert "not one of SSL" in failure(message(server, {"smtp_type": "TLS"}))
    assert "no block" in failure(message(server, {}, block="email-server-credentials/other"))
