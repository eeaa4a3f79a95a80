"""Alembic's environment and versions, run from code: there is no alembic.ini to keep."""
