"""Send a mail through the server of an `email-server-credentials` block."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from typing import Any

from syntask_yaml.delivery.context import TIMEOUT, DeliveryContext, Undelivered
from syntask_yaml.delivery.facts import render
from syntask_yaml.model.secret import revealed

# The port of each kind of connection where the block gives none.
_PORTS = {"SSL": 465, "STARTTLS": 587, "INSECURE": 25}
_SENDER = "syntask@localhost"


def send_email(context: DeliveryContext) -> str:
    """Send the mail; what came of it. Its `Message-ID` is the same in every attempt. Raises Undelivered."""
    block = context.needed_block()
    login = {key: revealed(value) for key, value in block.data.items() if value not in (None, "")}
    message = _message(context, str(login.get("username") or ""))
    try:
        with _connection(login) as server:
            if "password" in login:
                server.login(str(login["username"]), str(login["password"]))
            refused = server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered(f"The mail server rejected the login ({error.smtp_code}).") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise Undelivered(f"The mail server rejected {_listed(error.recipients)}.") from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"The mail server answered {error.smtp_code}.") from error
    except OSError as error:  # those of `smtplib` among them
        reason = str(error) or type(error).__name__
        raise Undelivered(f"The mail could not be handed over: {reason.rstrip('.')}.") from error
    if refused:  # it went to the others, and a second time would be one too many for them
        return f"The mail server took the mail, but rejected {_listed(refused)}."
    return "The mail server took the mail."


def _message(context: DeliveryContext, sender: str) -> EmailMessage:
    to = context.action["to"]
    message = EmailMessage()
    message["Message-ID"] = f"<{context.id}@syntask>"
    message["Date"] = format_datetime(localtime())
    message["From"] = sender if "@" in sender else _SENDER
    message["To"] = to if isinstance(to, str) else ", ".join(to)
    message["Auto-Submitted"] = "auto-generated"
    # A line end in a header would begin another one.
    message["Subject"] = " ".join(render(context.action["subject"], context.facts).split())
    message.set_content(render(context.action["body"], context.facts) + "\n")
    return message


def _connection(login: Mapping[str, Any]) -> smtplib.SMTP:
    kind = str(login.get("smtp_type") or "SSL").upper()
    host = str(login.get("smtp_server") or "")
    if kind not in _PORTS:
        raise Undelivered(f"`smtp_type` of the block is not one of {', '.join(_PORTS)}.")
    if kind == "INSECURE" and "password" in login:
        raise Undelivered("With `smtp_type` INSECURE the password would be sent unencrypted.")
    try:
        port = int(login.get("smtp_port") or _PORTS[kind])
    except ValueError as error:
        raise Undelivered("`smtp_port` of the block is not a number.") from error
    if kind == "SSL":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if kind == "STARTTLS":
            server.starttls(context=ssl.create_default_context())
    except BaseException:
        server.close()
        raise
    return server


def _listed(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code})" for address, (code, _) in refused.items())
