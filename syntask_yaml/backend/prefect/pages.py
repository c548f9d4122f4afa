"""Read paginated lists completely while other clients write.

A page is asked for by its offset, and whatever is created or deleted before it moves all that follows.
So each list is read in an order without ties, in which nothing changes its place, and each page begins a
little before the end of the one before it. A page that holds something known already adjoins what was
read: nothing that existed all the time can lie between them. One that does not is read again, from
further ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.faults import changing, no_api
from syntask_yaml.errors import BackendError

# The most that a server gives at once, and by how much pages overlap: so many objects may be deleted
# meanwhile without another request.
PAGE, OVERLAP = 200, 8
STRIDE = PAGE - OVERLAP
# So many pages may have to be read again, and so many are no list that a server has.
_TRIES, _MOST_PAGES = 50, 2500
_READERS = 4

# Orders without ties, for kinds whose lists are not in one anyway.
ORDERS: Mapping[str, str] = {
    "deployments": "CREATED_DESC",
    "flows": "CREATED_DESC",
    "automations": "CREATED_DESC",
    "variables": "NAME_ASC",
    "block_documents": "BLOCK_TYPE_AND_NAME_ASC",
}

# The page at each of some offsets.
ReadPages = Callable[[Sequence[int]], Sequence[Sequence[Raw]]]


@dataclass
class Pages:
    """A list at *url* that is being read. *found* is what is known of it, in order, by id.

    *length* is how many objects the list has, once its last page was read: fewer are found where it is in no
    order, so that a page has some again and others are on none.
    """

    url: str
    kind: str
    read: ReadPages
    found: dict[str, Raw] = field(default_factory=dict)
    length: int = 0
    _tries: int = _TRIES

    def all(self, *, expected: int = 0, start: int = 0, enough: int | None = None) -> list[Raw]:
        """Return everything from the offset *start* on; *expected* is how many objects there probably are.

        No more is read once so many are found that it is *enough*.

        Raises BackendConflict where others write so much that pages never adjoin, and
        BackendUnreachable where the list has no end.
        """
        ahead = max(1, -(-(expected - OVERLAP) // STRIDE))
        for _ in range(_MOST_PAGES):
            offsets = range(start, start + ahead * STRIDE, STRIDE)
            for offset, page in zip(offsets, self.read(offsets), strict=True):
                if self._take(offset, page) or (enough is not None and len(self.found) >= enough):
                    return list(self.found.values())
            start, ahead = offsets[-1] + STRIDE, min(ahead * 2, _READERS)
        raise no_api(self.url, f"its list of `{self.kind}` does not end")

    def _take(self, offset: int, page: Sequence[Raw]) -> bool:
        """Note what is on the *page*; whether it was the last one."""
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
        """Note that a page was of no use; raise *error* when that was too often."""
        self._tries -= 1
        if not self._tries:
            raise error
