"""Packs in the formats of others: phones, routers and telephone exchanges that do not run proso.

A shell beside `device`: it needs nothing of the hub, so that a phone's install can export.  Every
writer says what its format could not hold.
"""
