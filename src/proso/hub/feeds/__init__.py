"""Importers: one module a source.

Each has a generator that reads a file block by block into the same columns: ``subject`` (int64,
E.164 digits, null without a usable number), ``text`` (the number as given), ``category``, ``at``
(timestamp[s, UTC]) and ``origin`` (coarse, "" where not known).
"""
