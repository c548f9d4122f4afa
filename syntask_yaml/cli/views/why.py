"""The explanation of a run's state, as text and JSON."""

from __future__ import annotations

from typing import Any

import click

from syntask_yaml.cli.views.deliveries import delivery_text, encode_delivery
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import when
from syntask_yaml.cli.views.runs import STATE_COLORS
from syntask_yaml.operations.why.explanation import Explanation, reason_document
from syntask_yaml.operations.why.reason import Reason

_NOTHING = "Nothing is wrong: every due run has completed."


def show_explanation(answer: Explanation | None) -> None:
    """Print the state in a sentence, and each reason with its evidence and remedies.

    None: there is nothing to explain.
    """
    if answer is None:
        click.echo(_NOTHING)
        return
    color = STATE_COLORS.get(answer.run.state.type)
    click.echo(click.style(escaped(answer.sentence), fg=color, bold=True))
    for reason in answer.reasons:
        click.echo("")
        _show(reason)
    if answer.deliveries:
        click.echo("")
        click.echo(click.style("Automations", bold=True))
    for delivery in answer.deliveries:
        click.echo(f"  {escaped(delivery_text(delivery))}")


def _show(reason: Reason) -> None:
    finding = reason.finding
    click.echo(f"{click.style(reason.rule.summary, bold=True)} [{reason.rule.code}]")
    for line in finding.detail.splitlines():
        click.echo(f"  {escaped(line)}")
    for each in finding.evidence:
        click.echo(f"    {escaped(f'{when(each.at)}  {each.text}' if each.at else each.text)}")
    if finding.remedy is not None:
        click.echo(f"  {escaped(finding.remedy.sentence)}")


def encode_explanation(answer: Explanation | None) -> dict[str, Any]:
    """Return an explanation as JSON; None is one without a run."""
    if answer is None:
        of_a_run = dict.fromkeys(("id", "name", "deployment", "state", "state_name"))
        return {**of_a_run, "sentence": _NOTHING, "reasons": [], "deliveries": []}
    run = answer.run
    return {
        "id": run.id,
        "name": run.name,
        "deployment": run.deployment,
        "state": run.state.type.value,
        "state_name": run.state.name,
        "sentence": answer.sentence,
        "reasons": [reason_document(reason) for reason in answer.reasons],
        "deliveries": [encode_delivery(each) for each in answer.deliveries],
    }
