"""Runs the migrations on the connection that `proso.hub.store` hands over."""

from alembic import context

from proso.hub.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
