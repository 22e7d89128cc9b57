"""Sign-in sessions as rows, the second factor, the organisation's own sign-in, and one-time passwords that expire.

Everybody has to sign in again. One-time passwords that are still unused can be used for three more days.

Revision: 0013, after 0012
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("second", sa.String(length=10), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_desk_sessions_began_at", "desk_sessions", ["began_at"], unique=False)
    op.create_index("ix_desk_sessions_user_id", "desk_sessions", ["user_id"], unique=False)
    op.create_table(
        "desk_recovery_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "code_hash"),
    )
    op.create_index("ix_desk_recovery_codes_user_id", "desk_recovery_codes", ["user_id"], unique=False)
    with op.batch_alter_table("desk_users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("one_time_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("totp_secret", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("totp_pending", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("oidc_key", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint("uq_desk_users_oidc_key", ["oidc_key"])
    users = sa.table(
        "desk_users",
        sa.column("must_change_password", sa.Boolean),
        sa.column("one_time_until", sa.DateTime(timezone=True)),
    )
    until = datetime.now(UTC) + timedelta(hours=72)
    if op.get_bind().dialect.name == "sqlite":
        until = until.replace(tzinfo=None)
    op.execute(users.update().where(users.c.must_change_password.is_(sa.true())).values(one_time_until=until))


def downgrade() -> None:
    with op.batch_alter_table("desk_users", schema=None) as batch_op:
        batch_op.drop_constraint("uq_desk_users_oidc_key", type_="unique")
        for name in ("oidc_key", "totp_step", "totp_pending", "totp_secret", "one_time_until"):
            batch_op.drop_column(name)
    op.drop_table("desk_recovery_codes")
    op.drop_table("desk_sessions")
