"""Importers: one module a source, each yielding the same columns."""
