"""Resources in a project file: what is written, what is wrong with it, and what it comes to."""
