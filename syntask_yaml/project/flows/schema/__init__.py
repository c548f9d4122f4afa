"""From the signature of a function, as source says it, to the JSON Schema of its parameters."""
