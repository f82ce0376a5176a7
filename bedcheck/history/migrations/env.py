"""Run by Alembic, inside the transaction of the connection it is given."""

from alembic import context

from bedcheck.history.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction holds it all
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
