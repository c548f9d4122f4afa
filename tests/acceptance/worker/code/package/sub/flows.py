"""In a package, with a relative import."""

from syntask import flow

from ..words import WORD


class Group:
    @flow
    @staticmethod
    def inside():
        print("inside", WORD)


@flow
def go():
    print("said", WORD)
