"""The store's schema, version by version, brought up to date when a store is opened."""

HEAD = "0002"
"""The newest version; a test says that it is what Alembic calls the head."""
