#!/bin/sh
# prefect-email 0.4.3: an attachment `report 2026.csv` arrives as `report`, and a text beside its HTML is shown twice.
#
# Behaviour: `email_send_message` writes the name of a file into the header without quotes, so that readers end it at the
# first blank. With `msg_plain`, the text and the HTML are two parts of a mixed message, not alternatives, of which a
# reader chooses one.
# Seen, as Python's email package and aiosmtpd 1.4.6 read it:   report.csv report.csv      report 2026.csv report
#       multipart/mixed with text/plain, text/html and the files; no multipart/alternative
# Why it matters: the daily report of a flow is named by its day and what it is about. It arrives without its ending, so
# that nobody's program opens it, and rules that file attachments by name miss it. Use names without blanks.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-email==0.4.3 aiosmtpd==1.4.6
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import email.policy
import sys
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller
from prefect_email import EmailServerCredentials, email_send_message


class Box:
    """Keeps the messages."""

    messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


mail = Controller(Box(), hostname="127.0.0.1", port=int(sys.argv[1]))
mail.start()
port = mail.port
names = ("report.csv", "report 2026.csv")
for name in names:
    Path(__file__).with_name(name).write_text("a,b\n")
asyncio.run(
    email_send_message.fn(
        subject="Report",
        msg="<p>Report</p>",
        msg_plain="Report",
        email_server_credentials=EmailServerCredentials(
            smtp_server="127.0.0.1", smtp_port=port, smtp_type="INSECURE"
        ),
        email_from="team@example.com",
        email_to="team@example.com",
        attachments=[str(Path(__file__).with_name(name)) for name in names],
    )
)
mail.stop()
(message,) = Box.messages
print(*(part.get_content_type() for part in message.walk()))
for name, part in zip(names, list(message.walk())[3:]):
    print(name, "|", part.get_filename())
PYTHON
export PREFECT_HOME="$folder/home" PREFECT_LOGGING_TO_API_ENABLED=false PREFECT_SERVER_ALLOW_EPHEMERAL_MODE=false
python="$folder/3.9.1/bin/python"
"$python" "$folder/look.py" "$(free_port)" >"$folder/seen" 2>"$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
same <<'TEXT'
multipart/mixed text/plain text/html application/octet-stream application/octet-stream
report.csv | report.csv
report 2026.csv | report
TEXT
