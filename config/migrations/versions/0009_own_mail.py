"""What people decide about their own mail: pictures or none, a pause, another address."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Everybody goes on as before: with pictures, without a pause."""
    op.add_column("subscriber", sa.Column("pictures", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("subscriber", sa.Column("paused_until", INSTANT, nullable=True))
    op.add_column("subscriber", sa.Column("paused_from", ID, nullable=True))
    op.add_column("subscriber", sa.Column("catch_up", sa.Boolean(), server_default=sa.true(), nullable=False))
    paused = sa.text("paused_until IS NOT NULL")
    op.create_index(
        "ix_subscriber_paused", "subscriber", ["paused_until"], sqlite_where=paused, postgresql_where=paused
    )
    op.add_column("signup", sa.Column("mover_id", ID, nullable=True))
    op.create_table(
        "move",
        sa.Column("delivery_id", ID, autoincrement=False, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("address_before", sa.String(length=320), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_move_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_move_subscriber_id_subscriber")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_move")),
    )
    op.create_index(op.f("ix_move_subscriber_id"), "move", ["subscriber_id"])


def downgrade() -> None:
    """An older version would take who asked to move for who asked to follow: those requests end."""
    op.drop_table("move")
    op.execute("UPDATE delivery SET signup_id = NULL WHERE signup_id IN (SELECT id FROM signup WHERE mover_id > 0)")
    op.execute("DELETE FROM signup WHERE mover_id IS NOT NULL")
    op.drop_index("ix_subscriber_paused", table_name="subscriber")
    for table, columns in (
        ("signup", ("mover_id",)),
        ("subscriber", ("catch_up", "paused_from", "paused_until", "pictures")),
    ):
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
