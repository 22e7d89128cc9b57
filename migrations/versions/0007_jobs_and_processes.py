"""What is done by the clock, and which processes there are.

Revision: 0007, after 0005
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=36), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_jobs_kind_key")),
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "due_at"], unique=False)
    op.create_table(
        "processes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("events", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
    )
    _make_jobs()
    with op.batch_alter_table("wechat_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_wechat_notices_due")
        batch_op.drop_column("attempts")
        batch_op.drop_column("next_attempt_at")
    op.drop_index("ix_wechat_pictures_next_attempt_at", table_name="wechat_pictures")
    op.drop_table("wechat_pictures")


MOMENT = sa.DateTime(timezone=True)
PICTURE = ("account", "user_id", "message_id", "conversation_id", "media_id", "url")


def _table(name: str, *texts: str) -> sa.TableClause:
    """A table with text columns of these names, and those that decide when something is tried."""
    return sa.table(
        name,
        *(sa.column(text, sa.String) for text in texts),
        sa.column("attempts", sa.Integer),
        sa.column("next_attempt_at", MOMENT),
        sa.column("created_at", MOMENT),
    )


def _make_jobs() -> None:
    """Pictures still to be brought in, and notices still to be sent, become jobs."""
    jobs = sa.table(
        "jobs",
        *(sa.column(name, sa.String) for name in ("id", "kind", "key", "state")),
        sa.column("payload", sa.JSON),
        sa.column("attempts", sa.Integer),
        sa.column("due_at", MOMENT),
        sa.column("created_at", MOMENT),
    )

    def add(row: sa.Row, kind: str, key: str, payload: dict[str, str]) -> None:
        values = {"id": str(uuid.uuid4()), "kind": kind, "key": key, "state": "waiting", "payload": payload}
        op.get_bind().execute(
            jobs.insert().values(
                **values, attempts=row.attempts, due_at=row.next_attempt_at, created_at=row.created_at
            )
        )

    for row in op.get_bind().execute(sa.select(_table("wechat_pictures", *PICTURE))).all():
        key = f"{row.account}:{row.user_id}:{row.message_id}"
        payload = {name: getattr(row, name) for name in PICTURE}
        payload["user"] = payload.pop("user_id")
        add(row, "wechat_picture", key, payload)
    notices = _table("wechat_notices", "id", "state")
    for row in op.get_bind().execute(sa.select(notices).where(notices.c.state == "pending")).all():
        add(row, "wechat_notice", row.id, {})


def downgrade() -> None:
    op.create_table(
        "wechat_pictures",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "user_id", "message_id", name=op.f("pk_wechat_pictures")),
    )
    op.create_index(
        op.f("ix_wechat_pictures_next_attempt_at"), "wechat_pictures", ["next_attempt_at"], unique=False
    )
    with op.batch_alter_table("wechat_notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column(
                "next_attempt_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=sa.text("CURRENT_TIMESTAMP"),
            )
        )
        batch_op.create_index("ix_wechat_notices_due", ["state", "next_attempt_at"], unique=False)
    op.drop_table("processes")
    op.drop_index("ix_jobs_due", table_name="jobs")
    op.drop_table("jobs")
