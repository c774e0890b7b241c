"""Runs migrations over the connection that `config.migrations.upgrade` passes in; never by Alembic's own command."""

from alembic import context

from feeds.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
