"""Releases under embargo: what happened to them, who is accredited, their own addresses, and who looked at what."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def _of(table: str, column: str, other: str, other_column: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{other_column}"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Nothing is under embargo, and nobody is accredited."""
    op.add_column("article", sa.Column("embargoed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("article", sa.Column("embargoed_at", INSTANT, nullable=True))
    under = sa.text("embargoed IS true") if op.get_context().dialect.name == "postgresql" else sa.text("embargoed IS 1")
    op.create_index("ix_article_embargoed", "article", ["publish_at"], sqlite_where=under, postgresql_where=under)
    op.create_table(
        "embargo_step",
        sa.Column("number", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("said_before", INSTANT, nullable=True),
        sa.Column("change_number", ID, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        _of("embargo_step", "article_id", "article"),
        _of("embargo_step", "change_number", "change", "number"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_embargo_step")),
    )
    op.create_index(op.f("ix_embargo_step_article_id"), "embargo_step", ["article_id"])
    waiting = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_embargo_step_waiting", "embargo_step", ["number"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "accreditation",
        sa.Column("subscriber_id", ID, autoincrement=False, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("divisions", sa.JSON(), nullable=True),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        _of("accreditation", "subscriber_id", "subscriber"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_accreditation")),
    )
    op.create_table(
        "press_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        _of("press_key", "subscriber_id", "subscriber"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_key")),
        sqlite_autoincrement=True,
    )
    opens = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_press_key_live", "press_key", ["subscriber_id"], unique=True, sqlite_where=opens, postgresql_where=opens
    )
    op.create_index("ix_press_key_ended", "press_key", ["ended_at"])
    op.create_table(
        "embargo_access",
        sa.Column("subscriber_id", ID, autoincrement=False, nullable=False),
        sa.Column("article_id", ID, autoincrement=False, nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("hour", INSTANT, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        _of("embargo_access", "subscriber_id", "subscriber"),
        _of("embargo_access", "article_id", "article"),
        sa.PrimaryKeyConstraint("subscriber_id", "article_id", "way", "hour", name=op.f("pk_embargo_access")),
    )
    op.create_index(op.f("ix_embargo_access_article_id"), "embargo_access", ["article_id"])


def downgrade() -> None:
    """What is under embargo is scheduled for its hour. An older version has no names for these mails: what is unsent of
    them is not sent, and the rest it takes for alerts."""
    kinds = "('embargo', 'embargo_notice')"
    ours = f"mailing_id IN (SELECT id FROM mailing WHERE kind IN {kinds})"  # noqa: S608 - nothing of it is given
    over = "state = 'skipped_left', settled_at = created_at, owner = NULL, lease_until = NULL"
    op.execute(f"UPDATE delivery SET {over} WHERE {ours} AND settled_at IS NULL")  # noqa: S608
    op.execute("UPDATE delivery SET state = 'skipped_left' WHERE state IN ('skipped_accreditation', 'skipped_lifted')")
    op.execute(f"UPDATE mailing SET kind = 'alert' WHERE kind IN {kinds}")  # noqa: S608
    op.drop_table("embargo_access")
    op.drop_table("press_key")
    op.drop_table("accreditation")
    op.drop_table("embargo_step")
    op.drop_index("ix_article_embargoed", table_name="article")
    with op.batch_alter_table("article") as batch_op:
        for column in ("embargoed_at", "embargoed"):
            batch_op.drop_column(column)
