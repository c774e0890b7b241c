"""What came out in a pause of which nothing is wanted afterwards, so that what came before it is not lost with it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rest",
        sa.Column("subscriber_id", ID, autoincrement=False, nullable=False),
        sa.Column("after_change", ID, autoincrement=False, nullable=False),
        sa.Column("to_change", ID, nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_rest_subscriber_id_subscriber")),
        sa.PrimaryKeyConstraint("subscriber_id", "after_change", name=op.f("pk_rest")),
    )


def downgrade() -> None:
    """Drop it: who waited for the next digest after such a pause has had their turn up to its end, as before."""
    op.execute(
        "UPDATE subscription SET cursor = (SELECT max(rest.to_change) FROM rest"
        " WHERE rest.subscriber_id = subscription.subscriber_id)"
        " WHERE ended_at IS NULL AND cursor < (SELECT max(rest.to_change) FROM rest"
        " WHERE rest.subscriber_id = subscription.subscriber_id)"
    )
    op.drop_table("rest")
