"""The data of a run: name, state, context, logger and tracker."""
