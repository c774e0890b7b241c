"""Scheduled articles, twins, topics, kept pictures and files; staff, tokens of programs and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
PUBLIC_BEFORE = "state = 'draft' OR (published_at IS NOT NULL AND division IS NOT NULL)"
PUBLIC = "state IN ('draft', 'scheduled') OR (published_at IS NOT NULL AND division IS NOT NULL)"
SCHEDULED = "state <> 'scheduled' OR publish_at IS NOT NULL"
DRAFTS_CHANGED = (
    "UPDATE article SET updated_at = (SELECT max(created_at) FROM revision WHERE article_id = article.id) "
    "WHERE state = 'draft' AND revision > 1"
)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("twin_group", ID, nullable=True),
        sa.Column("publish_at", INSTANT, nullable=True),
        sa.Column("mail", sa.Boolean(), nullable=True),
        sa.Column("approval_asked_by", sa.String(length=80), nullable=True),
        sa.Column("approval_asked_at", INSTANT, nullable=True),
        sa.Column("approval_version", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    """Make the new tables, and let an article be scheduled."""
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("divisions", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
    )
    op.create_table(
        "media",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_media")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", ID, nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("network_key", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure") as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_failure_name", ["name_key", "at"], unique=False)
        batch_op.create_index("ix_sign_in_failure_network", ["network_key", "at"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("divisions", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "topic",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_topic")),
    )
    op.create_table(
        "idempotency",
        sa.Column("token_id", ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_idempotency_token_id_api_token")),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency") as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "article_topic",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_topic_article_id_article")),
        sa.ForeignKeyConstraint(["topic"], ["topic.slug"], name=op.f("fk_article_topic_topic_topic")),
        sa.PrimaryKeyConstraint("article_id", "topic", name=op.f("pk_article_topic")),
    )
    with op.batch_alter_table("article_topic") as batch_op:
        batch_op.create_index(batch_op.f("ix_article_topic_topic"), ["topic"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("article_id", ID, nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_audit_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    _allow_scheduled()
    with op.batch_alter_table("article") as batch_op:
        batch_op.create_index("ix_article_state_publish_at", ["state", "publish_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_twin_group"), ["twin_group"], unique=False)
    op.execute(DRAFTS_CHANGED)
    asked = sa.text("approval_version IS NOT NULL")
    op.create_index("ix_article_approval", "article", ["division"], sqlite_where=asked, postgresql_where=asked)
    op.create_index(op.f("ix_mailing_article_article_id"), "mailing_article", ["article_id"])

    with op.batch_alter_table("attachment") as batch_op:
        batch_op.add_column(sa.Column("media", sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f("ix_attachment_media"), ["media"], unique=False)

    with op.batch_alter_table("picture") as batch_op:
        batch_op.add_column(sa.Column("media", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("width", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("height", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decorative", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_picture_media"), ["media"], unique=False)

    with op.batch_alter_table("revision") as batch_op:
        batch_op.add_column(sa.Column("markdown", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("author", sa.String(length=80), nullable=True))


def _allow_scheduled() -> None:
    """The columns and rules of an article. SQLite can change a rule only by making the table again."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("article", recreate="always") as batch_op:
            for column in _columns():
                batch_op.add_column(column)
            batch_op.drop_constraint(op.f("ck_article_public"), type_="check")
            batch_op.create_check_constraint(op.f("ck_article_public"), PUBLIC)
            batch_op.create_check_constraint(op.f("ck_article_scheduled"), SCHEDULED)
        return
    for column in _columns():
        op.add_column("article", column)
    op.drop_constraint(op.f("ck_article_public"), "article", type_="check")
    op.create_check_constraint(op.f("ck_article_public"), "article", PUBLIC)
    op.create_check_constraint(op.f("ck_article_scheduled"), "article", SCHEDULED)


def downgrade() -> None:
    """Drop what upgrade made. A scheduled article is a draft again: the older version knows no other."""
    op.execute("UPDATE article SET state = 'draft' WHERE state = 'scheduled'")
    op.execute("DELETE FROM change WHERE kind = 'edited'")
    for table in (
        "audit",
        "article_topic",
        "staff_session",
        "idempotency",
        "topic",
        "staff",
        "sign_in_failure",
        "media",
        "api_token",
    ):
        op.drop_table(table)
    op.drop_index(op.f("ix_picture_media"), "picture")
    op.drop_index(op.f("ix_attachment_media"), "attachment")
    for table, columns in {
        "revision": ("markdown", "author"),
        "picture": ("media", "width", "height", "decorative"),
        "attachment": ("media",),
    }.items():
        with op.batch_alter_table(table) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
    op.drop_index(op.f("ix_mailing_article_article_id"), "mailing_article")
    op.drop_index("ix_article_approval", "article")
    op.drop_index("ix_article_state_publish_at", "article")
    op.drop_index(op.f("ix_article_twin_group"), "article")
    names = [column.name for column in _columns()]
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("article", recreate="always") as batch_op:
            batch_op.drop_constraint(op.f("ck_article_scheduled"), type_="check")
            batch_op.drop_constraint(op.f("ck_article_public"), type_="check")
            batch_op.create_check_constraint(op.f("ck_article_public"), PUBLIC_BEFORE)
            for name in names:
                batch_op.drop_column(name)
        return
    op.drop_constraint(op.f("ck_article_scheduled"), "article", type_="check")
    op.drop_constraint(op.f("ck_article_public"), "article", type_="check")
    op.create_check_constraint(op.f("ck_article_public"), "article", PUBLIC_BEFORE)
    for name in names:
        op.drop_column("article", name)
