"""Tables of facts, each row with its source; read by `proso.market.builtin`."""

FACTS = __name__
"""The package of the tables."""
