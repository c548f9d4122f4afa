"""Read many deployments, with their flows and automations, by pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw, deployment_of_automation, stored_of
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.names_by_page import NamesByPage
from syntask_yaml.backend.prefect.pages import ORDERS, PAGE, STRIDE
from syntask_yaml.model.deployment import RENAMING, Deployment, DeploymentPage, Stored, is_in
from syntask_yaml.model.value import known


@dataclass(frozen=True, slots=True)
class Current:
    """The current state of a deployment: the response, and its value (without triggers)."""

    raw: Raw
    stored: Stored


class DeploymentReader(PrefectBase):
    """Operations that read deployments."""

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

    def deployment_page(self, text: str = "", *, skip: int = 0, limit: int) -> DeploymentPage:
        if text:  # the server has no substring filter
            found = [each for each in self.deployments() if _has(each.deployment, text)]
            return DeploymentPage(tuple(found[skip : skip + limit]), len(found))
        # Names are not unique: only the order of creation has no ties.
        asked = {"sort": ORDERS["deployments"], "limit": min(limit, PAGE), "offset": skip}
        raws, count = self._api.both(
            lambda: self._known(self._api.listed("/deployments/filter", "deployments", asked)),
            lambda: self._api.post("/deployments/count", {}),
        )
        if not isinstance(count, int):
            raise self._api.no_api("the response is not a number")
        return DeploymentPage(tuple(map(self._stored, raws)), count, is_newest_first=True)

    def half_renamed(self) -> list[Stored]:
        raws = self._api.every("deployments", {"deployments": {"tags": {"all_": [RENAMING]}}})
        self._learn_flows(raws)
        found = (self._stored(raw) for raw in raws if raw["flow_id"] in self._flow_names)
        return [each for each in found if each.deployment.is_half_renamed]

    def _current(self, names: Collection[str]) -> dict[str, Current]:
        """Return the current deployments called *names*, by name."""
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
        """Return the deployments called *names*, and possibly others, or all. Caches their flow names."""
        raws = self._api.every("deployments") if names is None else list(self._named(names))
        return self._known(raws)

    def _known(self, raws: Sequence[Raw]) -> list[Raw]:
        """Return *raws* without those that have no flow, and cache the names of the flows."""
        if not raws:
            self._api.check_version()
        self._note_names_and_labels(raws)
        self._learn_flows(raws)
        # The deletion of a flow deletes its deployments.
        return [raw for raw in _unique(raws) if raw["flow_id"] in self._flow_names]

    def _named(self, names: Collection[str]) -> Iterator[Raw]:
        """Yield the deployments called *names*, and others with their flows and names.

        Each request is for as many names as fit on one page. A full page may be incomplete unless all are on
        it.
        """
        parts = list(NamesByPage(names))
        lists = [self._api.pages("deployments", _filter_of(part)) for part in parts]
        self._api.together([partial(each.all, enough=PAGE) for each in lists])
        full = [(part, each) for part, each in zip(parts, lists, strict=True) if len(each.found) >= PAGE]
        self._learn_flows([raw for _, each in full for raw in each.found.values()])
        for part, each in full:
            if not self._has_all(each.found.values(), part):
                each.all(start=STRIDE)
        return (raw for each in lists for raw in each.found.values())

    def _has_all(self, raws: Iterable[Raw], part: Iterable[tuple[str, str]]) -> bool:
        """Return whether *raws* has all deployments of *part*."""
        return {(self._flow_names.get(raw["flow_id"]), raw["name"]) for raw in raws} >= set(part)

    def _note_names_and_labels(self, raws: Sequence[Raw]) -> None:
        self._deployment_names.update(
            (raw["id"], raw["name"]) for raw in raws if raw["id"] not in self._deployment_names
        )
        if raws and "labels" not in raws[0]:
            self._disable_labels()

    def _disable_labels(self) -> None:
        fields = {"project", "origin", "protected"}
        self.features = self.features._replace(forgets=self.features.forgets | fields)

    def _automations(self) -> Mapping[str, list[Raw]]:
        """Return the automations whose only action is to run a deployment, by deployment id."""
        try:
            automations = self._api.every("automations")
        except Refused as error:
            if error.status != 404:
                raise
            self._api.check_version()
            self.features = self.features._replace(triggers=False)
            return {}
        found: dict[str, list[Raw]] = defaultdict(list)
        for automation in automations:
            deployment_id = self._api.parsed(partial(deployment_of_automation, automation))
            if deployment_id is not None:
                found[deployment_id].append(automation)
        return found


def _unique(raws: Iterable[Raw]) -> Collection[Raw]:
    """Return the deployments without duplicates, which are results of several parts."""
    return {raw["id"]: raw for raw in raws}.values()


def _is_chosen(stored: Stored, projects: Collection[str], names: set[str] | None) -> bool:
    if not projects and names is None:
        return True
    return stored.deployment.project in projects or stored.deployment.full_name in (names or ())


def _has(deployment: Deployment, text: str) -> bool:
    tags = known(deployment.tags) or ()
    return is_in(text, deployment.full_name, known(deployment.work_pool), deployment.project, *tags)


def _filter_of(part: Sequence[tuple[str, str]]) -> Raw:
    """Return the filter for *part*. The API has no filter for pairs of a flow and a name."""
    flows, names = zip(*part, strict=True)
    chosen = {"flows": flows, "deployments": names}
    asked = {kind: {"name": {"any_": sorted(set(each))}} for kind, each in chosen.items()}
    return {"sort": ORDERS["deployments"], **asked}
