from datetime import date

from syntask import flow


@flow
def etl(count: int = 1): ...


@flow
def report(day: date): ...
