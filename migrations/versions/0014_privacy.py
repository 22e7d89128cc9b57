"""Tokens of web visitors that can be revoked; consents of all channels in one table; requests about personal data; when a
ticket was made anonymous, and photos that outlive their message.

Tokens that were signed before end with this change, because they can't be revoked. The consents to WeChat's
subscription messages move into the common table.

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

from core.ids import new_id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OLD = sa.table(
    "wechat_consents",
    sa.column("account", sa.String),
    sa.column("user_id", sa.String),
    sa.column("template_id", sa.String),
    sa.column("left", sa.Integer),
    sa.column("changed_at", _MOMENT),
)
_NEW = sa.table(
    "consents",
    sa.column("id", sa.String),
    sa.column("channel", sa.String),
    sa.column("account", sa.String),
    sa.column("user_id", sa.String),
    sa.column("purpose", sa.String),
    sa.column("subject", sa.String),
    sa.column("version", sa.String),
    sa.column("left", sa.Integer),
    sa.column("given_at", _MOMENT),
    sa.column("changed_at", _MOMENT),
)
_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "visitor_tokens",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("visitor_id", sa.String(length=36), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=True),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_visitor_tokens")),
    )
    op.create_index("ix_visitor_tokens_seen_at", "visitor_tokens", ["seen_at"])
    op.create_index(op.f("ix_visitor_tokens_visitor_id"), "visitor_tokens", ["visitor_id"])
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "channel",
            "account",
            "user_id",
            "purpose",
            "subject",
            "version",
            name=op.f("uq_consents_channel_account_user_id_purpose_subject_version"),
        ),
    )
    op.create_table(
        "rights_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_rights_requests_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_requests")),
    )
    op.create_index("ix_rights_requests_state_asked_at", "rights_requests", ["state", "asked_at"])
    op.create_index(op.f("ix_rights_requests_conversation_id"), "rights_requests", ["conversation_id"])
    with op.batch_alter_table("images", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ticketed", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("anonymous_at", _MOMENT, nullable=True))
    connection = op.get_bind()
    moved = [
        {
            "id": new_id(),
            "channel": "wechat",
            "account": row.account,
            "user_id": row.user_id,
            "purpose": "messages",
            "subject": row.template_id,
            "version": "",
            "left": row.left,
            "given_at": row.changed_at,
            "changed_at": row.changed_at,
        }
        for row in connection.execute(sa.select(_OLD))
    ]
    for at in range(0, len(moved), _AT_ONCE):
        connection.execute(sa.insert(_NEW), moved[at : at + _AT_ONCE])
    op.drop_table("wechat_consents")


def downgrade() -> None:
    op.create_table(
        "wechat_consents",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", "user_id", "template_id", name=op.f("pk_wechat_consents")),
    )
    connection = op.get_bind()
    kept = sa.select(
        _NEW.c.account, _NEW.c.user_id, _NEW.c.subject, sa.func.coalesce(_NEW.c.left, 0), _NEW.c.changed_at
    ).where(_NEW.c.purpose == "messages")
    names = ["account", "user_id", "template_id", "left", "changed_at"]
    connection.execute(sa.insert(_OLD).from_select(names, kept))
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("anonymous_at")
    with op.batch_alter_table("images", schema=None) as batch_op:
        batch_op.drop_column("ticketed")
    for name in ("rights_requests", "consents", "visitor_tokens"):
        op.drop_table(name)
