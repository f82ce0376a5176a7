"""What was counted, by night: figures in no time, and figures that outlast their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables of the counts; they are filled from the rows when first asked for."""
    op.create_table(
        "tallies",
        sa.Column("resident", sa.String, primary_key=True),
        sa.Column("span", sa.String(11), primary_key=True),
        sa.Column("area", sa.String, primary_key=True),
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("software", sa.String, primary_key=True),
        sa.Column("cause", sa.String, primary_key=True),
        sa.Column("counts", sa.String, nullable=False),
    )
    op.create_index("tallies_by_span", "tallies", ["span"])
    op.create_table(
        "tallied",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("frozen", sa.String(10), nullable=False),
    )
