#!/bin/sh
# kestra 2.0.0: `Flow().execute` sends JSON inputs as Python writes them, and does not read KESTRA_PASSWORD.
#
# Behaviour: each input that is not a file is sent as its `str`. Of a mapping or list, that is not JSON: quotes are single
# ones, and None, True and False have their Python names. With `labels_from_inputs`, keys and values are put into the
# URL as they are, so that an `&` ends the label and begins another parameter. The help of the class shows a login by
# KESTRA_USER and KESTRA_PASSWORD; the second is not read, and the first request is an AttributeError.
# Seen:   {"tables": ["a"], "full": None}    sent as {'tables': ['a'], 'full': None}
#         label team=R&D                     the URL has labels=team:R and D=
#         user and password in variables     AttributeError: 'Flow' object has no attribute 'password'
# Why it matters: what starts a flow of Kestra from a script or another scheduler works with texts and numbers, and fails
# at the first input of the type JSON, with an error of the server that does not name the quotes. Pass `json.dumps(…)`,
# and set `flow.password`.
. "$(dirname "$0")/lib.sh"
install venv kestra==2.0.0
loopback
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import os
from email import message_from_bytes
from urllib.parse import parse_qsl, urlsplit

from kestra import Flow
from loopback import Loopback


class Service(Loopback):
    """Says what it was sent, and that an execution has begun."""

    def do_POST(self):
        kind = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = message_from_bytes(kind + self.body())
        for part in form.get_payload():
            print(part.get_param("name", header="Content-Disposition"), "|", part.get_payload())
        print(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        self.answer({"id": "1"})


os.environ.update(KESTRA_HOSTNAME=f"http://{Service.address()}")
flow = Flow(wait_for_completion=False, labels_from_inputs=True)
flow.execute("team", "load", {"settings": {"tables": ["a"], "full": None}, "team": "R&D"})
os.environ.update(KESTRA_USER="team", KESTRA_PASSWORD="team")
try:
    Flow(wait_for_completion=False).execute("team", "load")
except AttributeError as error:
    print("AttributeError:", error)
PYTHON
same <<'TEXT'
settings | {'tables': ['a'], 'full': None}
team | R&D
[('labels', "settings:{'tables': ['a'], 'full': None}"), ('labels', 'team:R'), ('D', '')]
AttributeError: 'Flow' object has no attribute 'password'
TEXT
