"""Each delivery carries its priority, and what is finished leaves the indexes that a claim reads."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
UNSENT = sa.text("state IN ('pending', 'deferred')")
CLAIMED = sa.text("lease_until IS NOT NULL")
UNFINISHED = sa.text("state IN ('pending', 'sending', 'deferred')")
OF_MAILING = """
UPDATE delivery SET priority = (
    SELECT CASE
        WHEN mailing.urgent THEN 0
        WHEN mailing.kind IN ('alert', 'correction', 'withdrawal', 'embargo', 'embargo_notice') THEN 2
        WHEN mailing.kind IN ('digest', 'renewal') THEN 3
        ELSE 1
    END FROM mailing WHERE mailing.id = delivery.mailing_id
) WHERE state IN ('pending', 'deferred', 'sending')
"""


def upgrade() -> None:
    """What is finished needs no priority: it gets the last one."""
    op.add_column("delivery", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default=sa.text("3")))
    op.execute(OF_MAILING)
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["priority", "next_attempt_at", "id"],
        sqlite_where=UNSENT,
        postgresql_where=UNSENT,
    )
    op.create_index("ix_delivery_age", "delivery", ["created_at"], sqlite_where=UNSENT, postgresql_where=UNSENT)
    op.create_index(
        "ix_delivery_lease", "delivery", ["priority", "lease_until"], sqlite_where=CLAIMED, postgresql_where=CLAIMED
    )
    op.create_index("ix_delivery_open", "delivery", ["state"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)


def downgrade() -> None:
    """An older version sorts what is due by its mailing."""
    for name in ("ix_delivery_open", "ix_delivery_lease", "ix_delivery_age", "ix_delivery_due"):
        op.drop_index(name, table_name="delivery")
    op.drop_column("delivery", "priority")
    op.create_index("ix_delivery_due", "delivery", ["state", "next_attempt_at"])
