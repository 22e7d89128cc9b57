"""All settings of the system. They come from environment variables ``WENBAN_…`` or from a ``.env`` file."""

from __future__ import annotations

import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AliasChoices, BaseModel, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.city import City, load_city
from core.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
"""Root folder of the project. It holds the code, the knowledge base and Rasa's files."""


class WeChatNotice(BaseModel):
    """The template message (模板消息) or subscription message (订阅消息) about the progress of a ticket."""

    kind: Literal["template", "subscribe"] = Field(
        "template", description="模板消息 of a service account, or 订阅消息 of a mini program or account."
    )
    template_id: str = Field(min_length=1, description="The template's id as the platform shows it.")
    fields: dict[str, str] = Field(
        description="The template's fields; {number}, {state}, {text} and {time} are filled in."
    )
    lasting: bool = Field(
        False, description="The template is 长期订阅: one consent is good for any number of messages."
    )
    page: str = Field("", description="Page of the mini program it opens; empty: the hotline's own address.")

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: dict[str, str]) -> dict[str, str]:
        for value in fields.values():
            try:
                value.format(number="", state="", text="", time="")
            except (KeyError, IndexError, ValueError):
                raise ValueError(f"{value!r}: only {{number}}, {{state}}, {{text}}, {{time}} exist") from None
        return fields


class WeChatAccount(BaseModel):
    """One WeChat account. The platform sends its messages to ``/wechat/<name>``."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$", description="Path segment and stable key of the account."
    )
    kind: Literal["service", "subscription", "mini_program"] = Field(
        "service", description="服务号, 订阅号 or 小程序."
    )
    app_id: str = Field(min_length=1, description="AppID as the platform shows it.")
    token: str = Field(min_length=3, max_length=32, description="Token of the message push configuration.")
    aes_key: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]{43}$",
        description="EncodingAESKey, 43 characters; needed in compatible and safe mode.",
    )
    previous_aes_key: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]{43}$",
        description="The former EncodingAESKey while a change is under way.",
    )
    mode: Literal["plain", "compatible", "safe"] = Field(
        "plain", description="明文, 兼容 or 安全模式, as chosen on the platform."
    )
    app_secret: str | None = Field(
        None, description="AppSecret; with it answers that take longer are sent as customer-service messages."
    )
    customer_service: bool = Field(
        True, description="Whether the account may send customer-service messages (客服消息)."
    )
    msgmenu: bool = Field(
        True, description="Whether choices may go out as a menu to tap (msgmenu); a numbered list otherwise."
    )
    notice: WeChatNotice | None = Field(None, description="What a ticket's progress is told with.")

    @property
    def pushes(self) -> bool:
        """Whether the account may push: send messages by itself, and not only in answers to a citizen's message."""
        return bool(self.app_secret) and self.customer_service


class Settings(BaseSettings):
    """All settings of the app.

    The environment variable of a setting is ``WENBAN_`` + its name in capitals. A test compares
    docs/settings.md with this class.
    """

    model_config = SettingsConfigDict(
        env_prefix="WENBAN_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        populate_by_name=True,
    )

    city_profile: str = Field(
        "huainan",
        min_length=1,
        description="The city: a folder's name in ``city/``, or the path of a profile's folder.",
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

    session_key: str = Field(
        "", description="Signs web and desk sessions; empty: made once in the data folder."
    )
    data_key: str = Field(
        "", description="Encrypts names and phones (Fernet key); empty: made once in the data folder."
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
    wechat_accounts: list[WeChatAccount] = Field([], description="WeChat accounts, as a JSON list.")
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
    turn_wait_s: float = Field(
        10.0, gt=0, le=60, description="Seconds the REST fallback of the web channel waits for a reply."
    )
    max_body_bytes: int = Field(1_048_576, ge=16_384, description="Largest request body, in bytes.")

    @field_validator("web_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        return value

    @field_validator("wechat_api_base")
    @classmethod
    def _safe_base(cls, base: str) -> str:
        url = urlsplit(base)
        local = url.hostname in ("127.0.0.1", "::1", "localhost")
        if not url.hostname or not (url.scheme == "https" or (url.scheme == "http" and local)):
            raise ValueError("must be https://…, or http:// on this machine: it is told the AppSecret")
        return base.rstrip("/")

    @field_validator("wechat_accounts")
    @classmethod
    def _unique_accounts(cls, accounts: list[WeChatAccount]) -> list[WeChatAccount]:
        names = [account.name for account in accounts]
        if len(set(names)) != len(names):
            raise ValueError("two accounts have the same name")
        for account in accounts:
            if account.mode != "plain" and account.aes_key is None:
                raise ValueError(f"account {account.name}: {account.mode} mode needs aes_key")
            if account.kind == "mini_program" and not account.pushes:
                raise ValueError(
                    f"account {account.name}: a mini program is answered through the API only: it needs app_secret"
                )
        return accounts

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
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

    @cached_property
    def secrets(self) -> Secrets:
        """The three secrets: from the settings, or else from ``secrets.json`` in the data folder."""
        return Secrets.load(self)


class Secrets(BaseModel):
    """The three secret keys of an installation. They must not change."""

    session_key: str
    data_key: str
    actions_secret: str

    @classmethod
    def load(cls, settings: Settings) -> Secrets:
        """The keys of the settings; those not set come from ``secrets.json`` in the data folder.

        The file is made (mode 0600) when it does not exist.

        Raises:
            ConfigurationError: the file exists but can't be read.
        """
        path = settings.data_dir / "secrets.json"
        if not path.exists():
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            fresh = cls(
                session_key=secrets.token_urlsafe(32),
                data_key=Fernet.generate_key().decode("ascii"),
                actions_secret=secrets.token_urlsafe(32),
            )
            _write_once(path, fresh.model_dump_json(indent=2))
        try:
            kept = cls.model_validate(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path} can't be read as the installation's keys: {error}") from error
        return cls(
            session_key=settings.session_key or kept.session_key,
            data_key=settings.data_key or kept.data_key,
            actions_secret=settings.actions_secret or kept.actions_secret,
        )


def _write_once(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` unless the file exists. Other processes never see half a file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: a setting has a wrong value. The message has one line for each of them.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError("Settings are wrong (WENBAN_…):\n  " + "\n  ".join(lines)) from error
