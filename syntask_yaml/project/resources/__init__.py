"""Resources of a project file: their declarations, checks, and resolved values."""
