"""Run a command for an event, without a shell and with the facts as JSON on standard input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Timer
from typing import Any

from syntask_yaml import processes
from syntask_yaml.delivery.context import DeliveryContext, Undelivered
from syntask_yaml.delivery.facts import render

_LONGEST_REASON = 200


def run_command(context: DeliveryContext) -> str:
    """Run the command to its end; how it ended. Raises Undelivered."""
    command, seconds = render(context.action["command"], context.facts), float(context.action["timeout"])
    limit = Timer(seconds, context.stop.set)
    limit.start()
    try:
        finished = processes.run(
            command,
            cwd=context.directory,
            env={**context.environ, **_variables(context.id, context.facts)},
            stop=context.stop,
            input=json.dumps(context.facts, ensure_ascii=False).encode(),
        )
    except FileNotFoundError as error:
        raise Undelivered(f"The program `{command[0]}` was not found.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Undelivered(f"`{command[0]}` cannot be started: {reason}.") from error
    finally:
        limit.cancel()
    if finished.is_stopped:
        raise Undelivered(f"`{command[0]}` did not end within {seconds:g} seconds, and was ended.")
    if finished.code != 0:
        raise Undelivered(f"`{command[0]}` {_ended(finished)}")
    return f"`{command[0]}` exited with code 0."


def _ended(finished: processes.Finished) -> str:
    code = finished.code
    how = f"exited with code {code}" if code > 0 else f"was killed by signal {-code}"
    lines = finished.stderr.strip().splitlines()
    return f"{how}: {lines[-1][:_LONGEST_REASON]}" if lines else f"{how}."


def _variables(id: str, facts: Mapping[str, Any]) -> dict[str, str]:
    run = facts["flow_run"]
    return {
        "SYNTASK_DELIVERY_ID": id,
        "SYNTASK_EVENT": facts["event"]["event"],
        "SYNTASK_AUTOMATION": facts["automation"]["name"],
        "SYNTASK_FLOW": facts["flow"]["name"],
        "SYNTASK_DEPLOYMENT": facts["deployment"]["name"],
        "SYNTASK_FLOW_RUN_ID": run["id"],
        "SYNTASK_FLOW_RUN_NAME": run["name"],
        "SYNTASK_FLOW_RUN_STATE": run["state"]["name"],
    }
