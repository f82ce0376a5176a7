"""What is looked after without end: the lines to the homes, and the areas they are in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the table; nobody is watched yet."""
    op.create_table(
        "watched",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("due", sa.String(27)),
    )
    op.create_index("watched_by_due", "watched", ["kind", "due"])
    op.create_index("watched_by_area", "watched", ["kind", "area"])
