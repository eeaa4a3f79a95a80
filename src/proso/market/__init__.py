"""Which countries to enter next, in what order, and whether the plan pays.

A shell beside hub and device: it reads facts with their dates, and imports neither of them.
"""
