"""All settings of the system, from environment variables ``WENBAN_…`` or the file ``.env`` in the project's folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.city import City, load_city
from core.city.loading import FACTS, profile_folder
from core.city.notice import PrivacyNotice
from core.errors import ConfigurationError
from core.installation_keys import Secrets, keys_beside, load_ring
from core.keyring import KeyRing
from core.settings_faults import from_json, in_lines, unknown
from core.wechat_accounts import WeChatAccount, check

ROOT = Path(__file__).resolve().parent.parent
"""Root folder of the project. It holds the code, the knowledge base and Rasa's files."""


VISITOR_DAYS = 30
"""Days after its last use for which a web visitor's token is valid."""


class Settings(BaseSettings):
    """All settings of the app.

    The variable of a setting is ``WENBAN_`` + its name in capitals; an empty one counts as not set. A test
    compares docs/settings.md with this class.
    """

    model_config = SettingsConfigDict(
        env_prefix="WENBAN_",
        env_file=ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    city_profile: str = Field(
        "huainan",
        min_length=1,
        description="The city: a folder's name in ``city/``, or the path of a profile's folder.",
    )
    facts_dir: Path | None = Field(
        None,
        description="Folder of the city's facts (offices, values …); empty: ``facts`` in the city's profile.",
    )
    host: str = Field("127.0.0.1", description="Address the app listens on; put a reverse proxy before it.")
    port: int = Field(
        8012,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("WENBAN_PORT", "PORT", "port"),
        description="Port the app listens on; plain `PORT` works too.",
    )
    public_url: str = Field(
        "", description="Address citizens reach the app at, such as https://12345.example.gov.cn."
    )
    trust_proxy: bool = Field(
        False,
        description="Take the client's address and scheme from X-Forwarded-For / -Proto (behind your own proxy only).",
    )
    data_dir: Path = Field(ROOT / "var", description="Folder of everything written at run time.")
    media_dir: Path | None = Field(
        None, description="Where citizens' photos are kept; empty: media in the data folder."
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("WENBAN_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="postgresql://… or sqlite:///…; empty: SQLite in the data folder.",
    )
    redis_url: str = Field(
        "",
        validation_alias=AliasChoices("WENBAN_REDIS_URL", "REDIS_URL", "redis_url"),
        description="redis://…: brings events from one app process to the others and counts limits for all; empty: one process only.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level logged."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people or for a collector."
    )
    session_key: str = Field("", description="Signs web sessions; empty: made once in the data folder.")
    data_key: str = Field(
        "", description="Encrypts what names people (Fernet key); empty: from the key file, or made once."
    )
    data_key_file: Path | None = Field(
        None, description="File of the data keys, outside the data folder; empty: kept in the data folder."
    )
    actions_secret: str = Field(
        "", description="Shared by Rasa and the app's /actions/webhook; empty: made once in the data folder."
    )

    rasa_port: int = Field(8013, ge=1, le=65535, description="Loopback port Rasa listens on.")
    rasa_url: str = Field(
        "", description="Rasa's address when it runs elsewhere; empty: http://127.0.0.1:<rasa_port>."
    )
    rasa_timeout_s: float = Field(
        8.0, gt=0, le=60, description="Seconds one Rasa call may take before the app answers itself."
    )
    rasa_concurrency: int = Field(
        4, ge=1, le=64, description="Rasa calls under way at once; a Rasa process saturates early."
    )
    rasa_queue: int = Field(
        2000, ge=0, le=10000, description="Turns that may wait for a free call before the app answers itself."
    )
    rasa_wait_s: float = Field(
        60.0,
        gt=0,
        le=600,
        description="Seconds a turn may wait for a free call before the app answers itself.",
    )
    rasa_tracker_url: str = Field(
        "", description="Rasa's tracker store, a SQLAlchemy URL; empty: SQLite in the data folder."
    )

    knowledge_dir: Path = Field(ROOT / "knowledge_base", description="The editors' Markdown.")
    kb_index_dir: Path | None = Field(
        None, description="Where index versions are kept; empty: kb_index in the data folder."
    )
    kb_model: str = Field(
        str(ROOT / "kb_index" / "model"), description="sentence-transformers model: a folder or a hub name."
    )
    kb_reranker: str = Field(
        "",
        description="sentence-transformers cross-encoder that re-orders the first hits: a folder or a hub name.",
    )
    laws_dir: Path | None = Field(
        None, description="Law texts in Markdown, shown by article when no entry answers; empty: not shown."
    )

    web_origins: Annotated[list[str], NoDecode] = Field(
        [],
        description="Sites that may embed the widget, comma separated origins; the app's own is always allowed.",
    )
    partner_origins: Annotated[list[str], NoDecode] = Field(
        [],
        description="Where connected systems may be told what happened to tickets, comma separated origins; no other address is called.",
    )
    wechat_accounts: Annotated[list[WeChatAccount], NoDecode] = Field(
        [], description="WeChat accounts, as a JSON list."
    )
    wechat_api_base: str = Field(
        "https://api.weixin.qq.com",
        description="Address of the platform's API; https, or plain http on this machine.",
    )
    wechat_patience_s: float = Field(
        4.6,
        gt=0,
        lt=5,
        description="Seconds one delivery waits for a reply before it is left to the platform's repeat.",
    )
    idle_minutes: float = Field(
        30, gt=0, description="Minutes without a message after which a conversation is marked idle (静默)."
    )
    close_hours: float = Field(
        24,
        gt=0,
        description="Hours without a message after which a conversation with the assistant is closed (结束).",
    )
    desk_first_reply_s: float = Field(
        120,
        ge=0,
        le=3600,
        description="Seconds within which an agent who got a conversation must write, or it goes back to the queue's front; 0: no limit.",
    )
    desk_alert_minutes: float = Field(
        5,
        ge=0,
        le=720,
        description="Minutes in the queue after which the supervisors at the desk are alerted; 0: never.",
    )
    desk_away_minutes: float = Field(
        5,
        ge=1,
        le=60,
        description="Minutes without an action at the page after which an agent counts as away (离开).",
    )
    desk_capacity: int = Field(
        8,
        ge=1,
        le=50,
        description="Conversations of an agent at the same time beyond which no more are passed to them; a supervisor may set another number for each.",
    )
    desk_hours: str = Field(
        "",
        max_length=60,
        description="When agents are at the desk, in words for citizens, such as 工作日 8:30 到 17:30.",
    )
    reveals_a_day: int = Field(
        60,
        ge=1,
        le=10_000,
        description="Tickets and conversations of which one person at the desk may see masked numbers a day; a supervisor may give more.",
    )
    audit_days: int = Field(
        366, ge=183, le=3660, description="Days for which the audit (审计) is kept; at least six months."
    )
    turn_wait_s: float = Field(
        10.0, gt=0, le=60, description="Seconds the REST fallback of the web channel waits for a reply."
    )
    keep_messages_days: int = Field(
        365,
        ge=7,
        le=3650,
        description="Days for which messages and photos are kept; photos of tickets are kept with the ticket.",
    )
    keep_contacts_days: int = Field(
        730,
        ge=30,
        le=3650,
        description="Days after a ticket is closed for which its contact, place, photos and the words of its history are kept.",
    )
    keep_questions_days: int = Field(
        365, ge=7, le=3650, description="Days for which asked questions (without personal data) are kept."
    )
    keep_events_days: int = Field(
        1095,
        ge=30,
        le=3650,
        description="Days for which it is kept what happened in conversations, ratings included (no words).",
    )
    keep_logs_days: int = Field(
        183,
        ge=183,
        le=3650,
        description="Days for which log files that are full are kept; the law asks for six months.",
    )
    keep_outbox_days: int = Field(
        30, ge=3, le=365, description="Days for which delivered messages stay in the outbox."
    )
    keep_tracker_days: int = Field(
        30, ge=2, le=365, description="Days for which Rasa's tracker keeps what was said."
    )
    desk_idle_minutes: float = Field(
        30,
        ge=1,
        le=720,
        description="Minutes without an action of the person after which a desk session ends.",
    )
    desk_session_hours: float = Field(
        12, ge=0.25, le=24, description="Hours after which a desk session ends in any case."
    )
    desk_second_factor: Annotated[list[str], NoDecode] = Field(
        [],
        description="Roles that need a second factor, comma separated; empty: admin, auditor under https; none: nobody.",
    )
    oidc_issuer: str = Field(
        "", description="Issuer of the organisation's own sign-in (OpenID Connect); empty: there is none."
    )
    oidc_client_id: str = Field("", description="Client id of the desk at that issuer.")
    oidc_client_secret: str = Field("", repr=False, description="Client secret of the desk at that issuer.")
    oidc_name: str = Field(
        "单位账号", min_length=1, max_length=20, description="What the button for it says after 用."
    )
    oidc_username_claim: str = Field(
        "preferred_username",
        min_length=1,
        description="Claim of the ID token that holds the desk's username.",
    )
    oidc_new_role: Literal["", "agent", "editor"] = Field(
        "",
        description="Role of the account made for somebody who has none; empty: none is made.",
    )
    oidc_second_factor: bool = Field(
        False,
        description="Whether that sign-in itself checks a second factor, so that the desk asks for none.",
    )
    phone_secret: str = Field(
        "",
        repr=False,
        max_length=200,
        description="Secret that signs what the telephone system (CTI) tells of calls, 32 characters at least; empty: there is none.",
    )
    max_body_bytes: int = Field(1_048_576, ge=16_384, description="Largest request body, in bytes.")

    @field_validator("web_origins", "partner_origins", "desk_second_factor", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        return value

    @field_validator("phone_secret")
    @classmethod
    def _long_enough(cls, secret: str) -> str:
        if secret and len(secret) < 32:
            raise ValueError("至少要 32 个字符，短的猜得出来")
        return secret

    @field_validator("wechat_accounts", mode="before")
    @classmethod
    def _read_accounts(cls, value: object) -> object:
        return from_json(value) if isinstance(value, str) else value

    @field_validator("wechat_accounts")
    @classmethod
    def _fitting_accounts(cls, accounts: list[WeChatAccount]) -> list[WeChatAccount]:
        check(accounts)
        return accounts

    @field_validator("wechat_api_base", "oidc_issuer")
    @classmethod
    def _safe_base(cls, base: str, info: ValidationInfo) -> str:
        url = urlsplit(base)
        local = url.hostname in ("127.0.0.1", "::1", "localhost")
        if base and (not url.hostname or not (url.scheme == "https" or (url.scheme == "http" and local))):
            raise ValueError("要以 https:// 开头（只有本机可以用 http://），因为要把密钥发给它")
        # An issuer's name may end in a slash, and is compared letter by letter.
        return base if info.field_name == "oidc_issuer" else base.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("要以 redis://、rediss:// 或 unix:// 开头")
        return url

    @property
    def sqlalchemy_url(self) -> str:
        """URL of the database; by default SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'wenban.db'}"

    @property
    def rasa_base_url(self) -> str:
        """URL of Rasa without a slash at the end."""
        return (self.rasa_url or f"http://127.0.0.1:{self.rasa_port}").rstrip("/")

    @property
    def index_dir(self) -> Path:
        """Folder of the versions of the knowledge-base index."""
        return self.kb_index_dir or self.data_dir / "kb_index"

    @property
    def laws_index_dir(self) -> Path:
        """Folder of the index of law texts, next to ``index_dir``."""
        return self.index_dir.with_name(self.index_dir.name + "_laws")

    @property
    def media_folder(self) -> Path:
        """Folder of citizens' photos."""
        return self.media_dir or self.data_dir / "media"

    @property
    def periods(self) -> dict[str, int]:
        """The times of storage that the notice names, in days (:data:`core.city.notice.PERIODS`)."""
        return {
            "messages": self.keep_messages_days,
            "contacts": self.keep_contacts_days,
            "questions": self.keep_questions_days,
            "events": self.keep_events_days,
            "logs": self.keep_logs_days,
            "tracker": self.keep_tracker_days,
            "tokens": VISITOR_DAYS,
        }

    @property
    def notice(self) -> PrivacyNotice | None:
        """The city's notice about personal data, with the times of storage that are set; None when it has none."""
        notice = self.city.notice
        return notice.filled(self.periods) if notice else None

    @property
    def notice_url(self) -> str:
        """Address of the notice's page for citizens; empty without a public address."""
        return f"{self.public_url.rstrip('/')}/privacy" if self.public_url and self.city.notice else ""

    @property
    def progress_url(self) -> str:
        """Address of the page with the progress of tickets for citizens; empty without a public address."""
        return f"{self.public_url.rstrip('/')}/progress" if self.public_url else ""

    @property
    def app_url(self) -> str:
        """URL of the app for programs on this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @cached_property
    def city(self) -> City:
        """The city in service, read from its profile.

        Raises:
            ConfigurationError: there is no such profile, or it breaks a rule.
        """
        return load_city(self.city_profile)

    @property
    def facts_folder(self) -> Path:
        """Where the city's facts are."""
        return self.facts_dir or profile_folder(self.city_profile) / FACTS

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets: from the settings, or else from ``secrets.json`` in the data folder."""
        given = {name: getattr(self, name) for name in Secrets.model_fields}
        return Secrets.load(self.data_dir, given, apart=self.data_key_file is not None)

    @cached_property
    def key_ring(self) -> KeyRing:
        """The data keys (:func:`core.installation_keys.load_ring`)."""
        return load_ring(self.data_dir, self.data_key_file, self.data_key)

    def has_data_keys(self) -> bool:
        """Whether there are data keys, so that none would be made."""
        if self.data_key or (self.data_key_file and self.data_key_file.exists()):
            return True
        if self.data_key_file is None:
            return (self.data_dir / "secrets.json").exists() or keys_beside(self.data_dir)
        return keys_beside(self.data_dir)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: a setting has a wrong value, or there is no such setting. The message has one line for each.
    """
    try:
        wrong = list(unknown(Settings.model_fields, Path(str(Settings.model_config.get("env_file")))))
        if wrong:
            raise ConfigurationError("设置有错：\n" + "\n".join(f"  {line}" for line in wrong))
        return Settings()
    except ValidationError as error:
        raise ConfigurationError(
            "设置有错：\n" + "\n".join(f"  {line}" for line in in_lines(error))
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(".env：请用 UTF-8 编码保存，现在的编码读不了。") from error
