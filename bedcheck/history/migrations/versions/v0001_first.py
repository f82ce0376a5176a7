"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table, index and trigger."""
    op.create_table(
        "documents",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("body", sa.String),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )
    op.create_index(
        "one_current_version",
        "documents",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("current"),
    )
    op.create_table(
        "windows",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("due", sa.String(27)),
        sa.Column("closed", sa.Boolean, nullable=False),
    )
    op.create_index("open_windows_by_due", "windows", ["due"], sqlite_where=sa.text("closed IS 0"))
    op.create_table(
        "intents",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("due", sa.String(27), nullable=False),
        sa.Column("settled", sa.String(27)),
        sa.Column("result", sa.String),
    )
    op.create_index(
        "open_intents_by_due", "intents", ["due"], sqlite_where=sa.text("settled IS NULL")
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("camera", sa.String, nullable=False),
        sa.Column("window", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("expires", sa.String(27), nullable=False),
        sa.Column("redeemed", sa.String(27)),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("expires", sa.String(27), nullable=False),
        sa.Column("used", sa.String(27), nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("expires", sa.String(27), nullable=False),
    )
    op.create_table(
        "rows",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(27)),
        sa.Column("kind", sa.String),
        sa.Column("resident", sa.String),
        sa.Column("camera", sa.String),
        sa.Column("window", sa.String),
        sa.Column("alarm", sa.String),
        sa.Column("who", sa.String),
        sa.Column("facts", sa.String),
        sa.Column("salt", sa.LargeBinary(16)),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.Column("link", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("rows_by_time", "rows", ["at"])
    for name in ("resident", "window", "alarm"):
        op.create_index(
            f"rows_by_{name}", "rows", [name], sqlite_where=sa.text(f'"{name}" IS NOT NULL')
        )
    op.create_table(
        "head",
        sa.Column("store", sa.String, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("link", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
    )
    # Written out: a migration stays what it was when the tables move on.
    op.execute(
        "CREATE TRIGGER rows_are_never_deleted BEFORE DELETE ON rows"
        " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE ON rows"
        " WHEN NEW.seq IS NOT OLD.seq OR NEW.leaf IS NOT OLD.leaf OR NEW.link IS NOT OLD.link"
        " OR NEW.at IS NOT NULL OR NEW.kind IS NOT NULL OR NEW.resident IS NOT NULL"
        " OR NEW.camera IS NOT NULL OR NEW.window IS NOT NULL OR NEW.alarm IS NOT NULL"
        " OR NEW.who IS NOT NULL OR NEW.facts IS NOT NULL OR NEW.salt IS NOT NULL"
        " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
    )
