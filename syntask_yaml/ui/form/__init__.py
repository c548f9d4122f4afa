"""Forms for the parameters of a flow, generated from their schema."""
