"""Mapping files: how the files of each publisher are read; see docs/reference/market-data.md."""

MAPPINGS = __name__
"""The package of the mappings."""
