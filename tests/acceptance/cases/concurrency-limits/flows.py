from syntask import flow
from syntask.concurrency.sync import concurrency, rate_limit
from syntask.variables import Variable


@flow
def load():
    with concurrency("warehouse"):
        print("one of two at a time, in", Variable.get("region"))
    rate_limit("api", occupy=3)
    print("three calls")
