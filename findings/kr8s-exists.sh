#!/bin/sh
# kr8s 0.20.15: `exists()` is False, and `wait("delete")` is over, when the API server is overloaded or refuses to answer.
#
# Behaviour: `exists` is True for the answer 200 and False for all others, such as 403, 429 and 503. `refresh`, and all
# other calls, raise an error for these. `wait("delete")` asks `exists`, after it has found the object.
# Seen:   answer   exists()   refresh()
#         200      True       the object
#         403      False      ServerError
#         404      False      NotFoundError
#         503      False      ServerError
#         wait("delete") of an object that is there, with one 503 after the first answer:   returns
# Why it matters: API servers answer 429 and 503 during their own updates, and 403 while a role is being changed. A deploy
# that waits until the old pod is gone starts the new one beside it, on the same volume, and a clean-up reports that
# nothing is left. Call `refresh` and catch NotFoundError.
. "$(dirname "$0")/lib.sh"
install venv kr8s==0.20.15
loopback
cat >"$folder/ask.py" <<'PYTHON'
import kr8s
from kr8s.objects import Pod
from loopback import Loopback

answers = []


class Server(Loopback):
    """Answers with the next status of a list, and with its last from then on."""

    def do_GET(self):
        if self.path.startswith("/version"):
            return self.answer({"major": "1", "minor": "34", "gitVersion": "v1.34.0"})
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "flow", "namespace": "flows"}}
        self.answer(pod if status == 200 else {"kind": "Status", "code": status, "message": "no"}, status)


api = kr8s.api(url=f"http://{Server.address()}")
pod = Pod({"metadata": {"name": "flow", "namespace": "flows"}}, api=api)
for status in (200, 403, 404, 429, 503):
    answers[:] = [status]
    exists = pod.exists()
    try:
        pod.refresh()
        refreshed = "the object"
    except Exception as error:
        refreshed = type(error).__name__
    print(status, "| exists", exists, "| refresh", refreshed)
answers[:] = [200, 503]
print("wait for the deletion:", pod.wait("delete", timeout=5))
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" >"$folder/seen"
same <<'TEXT'
200 | exists True | refresh the object
403 | exists False | refresh ServerError
404 | exists False | refresh NotFoundError
429 | exists False | refresh ServerError
503 | exists False | refresh ServerError
wait for the deletion: None
TEXT
