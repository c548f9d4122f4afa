"""Read paginated lists completely while other clients write.

Pages are requested by offset, which shifts when objects before it are created or deleted. So each list is
read in a stable order without ties, and each page overlaps the previous one. A page with a known object
adjoins the objects read before: no object that existed all the time can be missing between them. A page
without one is read again from an earlier offset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.faults import changing, no_api
from syntask_yaml.errors import BackendError

# The maximal page size of servers, and the overlap of pages: the number of concurrent deletions that need no
# extra request.
PAGE, OVERLAP = 200, 8
STRIDE = PAGE - OVERLAP
# The maximal number of repeated reads, and of pages, beyond which the list is invalid.
_TRIES, _MAX_PAGES = 50, 2500
_READERS = 4

# Orders without ties. The lists of other kinds have one by default.
ORDERS: Mapping[str, str] = {
    "deployments": "CREATED_DESC",
    "flows": "CREATED_DESC",
    "automations": "CREATED_DESC",
    "variables": "NAME_ASC",
    "block_documents": "BLOCK_TYPE_AND_NAME_ASC",
}

# Returns the pages at the given offsets.
ReadPages = Callable[[Sequence[int]], Sequence[Sequence[Raw]]]


@dataclass
class Pages:
    """A list at *url* in the process of reading. *found* are the objects read, in order, by id.

    *length* is the length of the list after reading its last page. Fewer are found if the list has no stable
    order, so that some objects are on two pages and others on none.
    """

    url: str
    kind: str
    read: ReadPages
    found: dict[str, Raw] = field(default_factory=dict)
    length: int = 0
    _tries: int = _TRIES

    def all(self, *, expected: int = 0, start: int = 0, enough: int | None = None) -> list[Raw]:
        """Return all objects from the offset *start* on. *expected* is their approximate number.

        Stops when *enough* objects are found. Raises BackendConflict if concurrent writes keep pages from
        adjoining, and BackendUnreachable if the list does not end.
        """
        ahead = max(1, -(-(expected - OVERLAP) // STRIDE))
        for _ in range(_MAX_PAGES):
            offsets = range(start, start + ahead * STRIDE, STRIDE)
            for offset, page in zip(offsets, self.read(offsets), strict=True):
                if self._take(offset, page) or (enough is not None and len(self.found) >= enough):
                    return list(self.found.values())
            start, ahead = offsets[-1] + STRIDE, min(ahead * 2, _READERS)
        raise no_api(self.url, f"its list of `{self.kind}` does not end")

    def _take(self, offset: int, page: Sequence[Raw]) -> bool:
        """Add the objects of *page*. Return whether it is the last one."""
        while offset and self.found and not any(raw["id"] in self.found for raw in page):
            self._count(changing(self.url, self.kind))
            offset = max(0, offset - STRIDE)
            (page,) = self.read([offset])
        known = len(self.found)
        self.found.update((raw["id"], raw) for raw in page)
        if len(page) < PAGE:
            self.length = offset + len(page)
            return True
        if len(self.found) == known:
            self._count(no_api(self.url, f"each page of its list of `{self.kind}` is the same"))
        return False

    def _count(self, error: BackendError) -> None:
        """Count a useless page, and raise *error* after too many."""
        self._tries -= 1
        if not self._tries:
            raise error
