"""Runs migrations over the connection that `config.migrations.upgrade` passes in; never by Alembic's own command."""

from alembic import context

from config.migrations.tables import compared
from feeds.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    **compared(connection.dialect.name),
)
context.run_migrations()
