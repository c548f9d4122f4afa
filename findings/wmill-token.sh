#!/bin/sh
# wmill 1.850.0: a token for one hour has expired when it is made in Lima, and is valid for ten hours in Tokyo.
#
# Behaviour: `create_token(duration)` adds the duration to the local time, and sends the sum with a `Z`, as UTC.
# Seen, of `create_token(timedelta(hours=1))`, as the hours from now to the end that the server is told:
#   TZ=UTC          1
#   TZ=America/Lima -4
#   TZ=Asia/Tokyo   10
# Why it matters: on Windmill's own workers, and on most runners of CI, the clock is UTC, and all is well. The same script
# on a server or a laptop makes tokens that are refused at once, which looks like a wrong workspace or a missing right, or
# tokens for a deploy that are alive long after it. Give a duration that includes the offset, or set TZ=UTC.
. "$(dirname "$0")/lib.sh"
install venv wmill==1.850.0
loopback
cat >"$folder/make.py" <<'PYTHON'
import json
import os
from datetime import datetime, timedelta, timezone

from loopback import Loopback
from wmill.client import Windmill

ends = []


class Server(Loopback):
    """Takes what is sent, and answers a token."""

    def do_POST(self):
        ends.append(json.loads(self.body())["expiration"])
        self.answer("token", 201, "text/plain")


Windmill(f"http://{Server.address()}", "none", "flows").create_token(timedelta(hours=1))
left = datetime.fromisoformat(ends[0].replace("Z", "+00:00")) - datetime.now(timezone.utc)
print(os.environ["TZ"], "|", "hours left:", round(left / timedelta(hours=1)))
PYTHON
for zone in UTC America/Lima Asia/Tokyo; do
    TZ=$zone "$folder/venv/bin/python" "$folder/make.py" >>"$folder/seen"
done
same <<'TEXT'
UTC | hours left: 1
America/Lima | hours left: -4
Asia/Tokyo | hours left: 10
TEXT
