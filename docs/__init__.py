"""The pages, and what makes those that come from the code."""
