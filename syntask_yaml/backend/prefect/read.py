"""Read deployments in bulk: a page for two hundred of them, and flows and automations beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, deployment_of_automation, stored_of
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.model.deployment import Stored, is_in
from syntask_yaml.model.value import known

# So many names fit into one filter: databases limit the values of a query.
_NAMES = 1000


@dataclass(frozen=True, slots=True)
class Current:
    """A deployment as it is now: as the API gives it, and what it means (without its triggers)."""

    raw: Raw
    stored: Stored


class DeploymentReader(PrefectBase):
    """The verb that reads deployments."""

    def deployments(
        self, *, projects: Collection[str] = (), names: Collection[str] | None = None
    ) -> list[Stored]:
        chosen = None if names is None else set(names)
        if not projects and chosen is not None and not chosen:
            return []
        wanted = None if projects else chosen
        raws, automations = self._api.both(lambda: self._raws(wanted), self._automations)
        found = [self._stored(raw, automations.get(raw["id"], ())) for raw in raws]
        return sorted(
            (each for each in found if _is_chosen(each, projects, chosen)),
            key=lambda stored: stored.deployment.full_name,
        )

    def deployment_names(self, text: str = "") -> list[str]:
        deployments = (each.deployment for each in self.deployments())
        return [
            each.full_name
            for each in deployments
            if is_in(text, each.full_name, known(each.work_pool), each.project, *(known(each.tags) or ()))
        ]

    def _current(self, names: Collection[str]) -> dict[str, Current]:
        """What there is now of *names*, by name."""
        found = (Current(raw, self._stored(raw)) for raw in self._raws(set(names)))
        return {
            each.stored.deployment.full_name: each
            for each in found
            if each.stored.deployment.full_name in names
        }

    def _stored(self, raw: Raw, automations: Sequence[Raw] = ()) -> Stored:
        flow = self._flow_names[raw["flow_id"]]
        return self._api.parsed(lambda: stored_of(raw, flow=flow, automations=automations))

    def _raws(self, names: set[str] | None) -> list[Raw]:
        """The deployments with these names, and maybe more; or all of them. Their flows are known then."""
        if names is None:
            raws, flows = self._api.both(
                lambda: self._api.every("deployments"), lambda: self._api.every("flows")
            )
            self._remember_flows(flows)
        else:
            raws = [raw for part in _parts(sorted(names)) for raw in self._named(part)]
        if not raws:
            self._api.check_version()
        self._note_what_is_kept(raws)
        # A flow may be new since its page was read, and one that is gone took its deployments along.
        self._look_up_flows(raw["flow_id"] for raw in raws)
        return [raw for raw in _each_once(raws) if raw["flow_id"] in self._flow_names]

    def _named(self, names: Sequence[str]) -> list[Raw]:
        pairs = [name.partition("/") for name in names]
        flows = {"flows": {"name": {"any_": sorted({flow for flow, _, _ in pairs})}}}
        chosen = {**flows, "deployments": {"name": {"any_": sorted({name for _, _, name in pairs})}}}
        expected = len(flows["flows"]["name"]["any_"])
        raws, found = self._api.both(
            lambda: self._api.every("deployments", chosen, expected=len(names)),
            lambda: self._api.every("flows", flows, expected=expected),
        )
        self._remember_flows(found)
        return raws

    def _note_what_is_kept(self, raws: Sequence[Raw]) -> None:
        self._deployment_names.update(
            (raw["id"], raw["name"]) for raw in raws if raw["id"] not in self._deployment_names
        )
        if raws and "labels" not in raws[0]:
            self._forgets_labels()

    def _forgets_labels(self) -> None:
        fields = {"project", "origin", "protected"}
        self.features = replace(self.features, forgets=self.features.forgets | fields)

    def _automations(self) -> Mapping[str, list[Raw]]:
        """The automations that do nothing but run one deployment, by its id."""
        try:
            automations = self._api.every("automations")
        except Refused as error:
            if error.status != 404:
                raise
            self._api.check_version()
            self.features = replace(self.features, triggers=False)
            return {}
        found: dict[str, list[Raw]] = defaultdict(list)
        for automation in automations:
            deployment_id = self._api.parsed(partial(deployment_of_automation, automation))
            if deployment_id is not None:
                found[deployment_id].append(automation)
        return found


def _each_once(raws: Iterable[Raw]) -> Collection[Raw]:
    """The deployments, without those that were found by the names of several parts."""
    return {raw["id"]: raw for raw in raws}.values()


def _is_chosen(stored: Stored, projects: Collection[str], names: set[str] | None) -> bool:
    if not projects and names is None:
        return True
    return stored.deployment.project in projects or stored.deployment.full_name in (names or ())


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, _NAMES)):
        yield part
