"""A form for the parameters of a flow, made from their schema, and read again."""
