"""What names people is encrypted: texts, cards, facts, places, notes. Photos that were sent are named beside.

JSON, numbers and short texts become text columns. Their values are encrypted after the migrations, in small steps
(core/resealing.py), because that takes long in a large database and must go on after an interruption. ``clear_tables``
names the tables that are still to be done.

Revision: 0017, after 0016
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_JSON = {
    "conversations": ["facts"],
    "messages": ["buttons", "card", "media"],
    "turns": ["reported"],
    "conversation_events": ["facts"],
    "wechat_notices": ["values"],
    "tickets": ["details"],
}
_SHORT = {
    "turns": {"button": 400},
    "tickets": {"address": 300, "happened_at": 100, "subject": 200, "place_label": 200},
}
_NUMBERS = {"tickets": ["latitude", "longitude"]}
_NULLABLE = {"card", "media", "reported", "button", "latitude", "longitude"}
_TABLES = (
    "asked_questions",
    "conversation_events",
    "conversations",
    "deliveries",
    "messages",
    "ticket_events",
    "tickets",
    "turns",
    "wechat_access",
    "wechat_answers",
    "wechat_notices",
)
_AT_ONCE = 500


def upgrade() -> None:
    made = op.create_table(
        "clear_tables",
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_clear_tables")),
    )
    op.bulk_insert(made, [{"name": name} for name in _TABLES])
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("image_id", sa.String(length=36), nullable=True))
    _name_photos()
    for name in sorted({*_JSON, *_SHORT, *_NUMBERS}):
        with op.batch_alter_table(name) as batch:
            for column in _JSON.get(name, ()):
                default = (
                    {"existing_server_default": "[]", "server_default": "[]"} if column == "details" else {}
                )
                _to_text(batch, column, sa.JSON(), **default)
            for column, length in _SHORT.get(name, {}).items():
                default = {"existing_server_default": ""} if column == "place_label" else {}
                _to_text(batch, column, sa.String(length=length), **default)
            for column in _NUMBERS.get(name, ()):
                _to_text(batch, column, sa.Float())
            if name == "tickets":
                batch.add_column(sa.Column("search_tokens", sa.Text(), server_default="", nullable=False))


def _to_text(batch, column, before, **more):
    if op.get_bind().dialect.name == "postgresql":
        if "server_default" in more:  # a default of JSON can't be cast with its column
            batch.alter_column(column, server_default=None)
        batch.alter_column(
            column, type_=sa.Text(), existing_type=before, postgresql_using=f'"{column}"::text'
        )
        if "server_default" in more:
            batch.alter_column(column, server_default=more["server_default"])
        return
    batch.alter_column(
        column, type_=sa.Text(), existing_type=before, existing_nullable=column in _NULLABLE, **more
    )


def _name_photos() -> None:
    """Write the photo that a message's media name beside them."""
    messages = sa.table(
        "messages",
        sa.column("id", sa.String),
        sa.column("kind", sa.String),
        sa.column("media", sa.JSON),
        sa.column("image_id", sa.String),
    )
    connection = op.get_bind()
    last = ""
    while True:
        rows = connection.execute(
            sa.select(messages.c.id, messages.c.media)
            .where(messages.c.kind == "image", messages.c.id > last)
            .order_by(messages.c.id)
            .limit(_AT_ONCE)
        ).all()
        for message, media in rows:
            found = json.loads(media) if isinstance(media, str) else media
            if found and found.get("image"):
                connection.execute(
                    messages.update().where(messages.c.id == message).values(image_id=found["image"])
                )
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def downgrade() -> None:
    """Nothing: encrypted values can't be put back into the former columns. Restore a backup of before instead."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
