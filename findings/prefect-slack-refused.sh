#!/bin/sh
# prefect-slack 0.4.0: the task that sends a message to a webhook is Completed when Slack refuses the message.
#
# Behaviour: `send_incoming_webhook_message` waits for the answer and does not look at its
# status, which says when a webhook was revoked or its channel archived. The task logs that it posts the message, and
# nothing else. The method `notify` of the same block raises a NotificationError.
# Seen, of a webhook that answers 404:   task Completed, flow run Completed
# Why it matters: it is how a flow says that it failed, or that somebody must act. Webhooks are revoked when the person who
# made them leaves, and from that day on all runs look as they did, and nobody is told anything. Use `notify`.
. "$(dirname "$0")/lib.sh"
loopback
cat >"$folder/send.py" <<'PYTHON'
import asyncio

from loopback import Loopback
from prefect import __version__, flow
from prefect_slack import SlackWebhook
from prefect_slack.messages import send_incoming_webhook_message

posts = []


class Slack(Loopback):
    """Answers as Slack does for a webhook that was revoked."""

    def do_POST(self):
        posts.append(self.body())
        self.answer("no_service", 404, "text/plain")


@flow
async def report(url):
    state = await send_incoming_webhook_message(
        slack_webhook=SlackWebhook(url=url), text="The load failed.", return_state=True
    )
    print(__version__, "| task", state.type.value, "| messages that Slack refused:", len(posts))


if __name__ == "__main__":
    address = f"http://{Slack.address()}/services/T0/B0/x"
    state = asyncio.run(report(address, return_state=True))
    print(__version__, "| flow run", state.type.value)
    try:
        SlackWebhook(url=address).notify("The load failed.")
    except Exception as error:
        print(__version__, "| notify", type(error).__name__)
PYTHON
prefect 3.9.1 prefect-slack==0.4.0
serve 3.9.1
"$folder/3.9.1/bin/python" "$folder/send.py" >"$folder/seen" 2>"$folder/log"
same <<'TEXT'
3.9.1 | task COMPLETED | messages that Slack refused: 1
3.9.1 | flow run COMPLETED
3.9.1 | notify NotificationError
TEXT
