from . import places
from .inner import RIVER
from .places import CITY


def go():
    print(CITY, RIVER, places.CITY)
