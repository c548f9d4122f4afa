from . import places  # noqa: N999
from .inner import RIVER
from .places import CITY


def go():
    print(CITY, RIVER, places.CITY)
