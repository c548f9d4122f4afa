"""`from syntask.client.schemas.objects import State, StateType`."""

from syntask.states import State, StateType

__all__ = ["State", "StateType"]
