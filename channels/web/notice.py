"""The notice about personal data in the widget, and what its citizens agree to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.web.limits import Limits
from channels.web.messages import CHANNEL
from channels.web.origin import Origins
from channels.web.rest import body_of, json_answer, visitor_of
from channels.web.tokens import Tokens
from core import consents
from core.city.notice import PrivacyNotice
from core.consents import Citizen, Purpose
from core.database import Database
from core.errors import BadRequest, Conflict, Forbidden, NotFound


@dataclass(frozen=True)
class ShownNotice:
    """A notice with its text as HTML.

    Args:
        notice: the notice.
        html: its text, sanitised.
    """

    notice: PrivacyNotice
    html: str


class Given(BaseModel):
    """That the citizen was shown the notice, or agreed, as the browser says it.

    Args:
        purpose: what was shown (``notice``) or agreed to.
        version: version of the notice that the citizen saw.
    """

    model_config = ConfigDict(extra="ignore", strict=True)

    purpose: Literal["notice", "photos", "place"]
    version: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


class Consents:
    """The request handlers of the notice and of consents, and the question whether a visitor has agreed.

    Args:
        database: where consents are.
        tokens: the visitors' tokens.
        origins: the allowed sites.
        limits: the rate limits.
        shown: the notice; None: there is none, and nothing needs to be agreed to.
    """

    def __init__(
        self, database: Database, tokens: Tokens, origins: Origins, limits: Limits, shown: ShownNotice | None
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._origins = origins
        self._limits = limits
        self._shown = shown

    async def text(self, request: web.Request) -> web.StreamResponse:
        """GET /api/web/notice: the notice. Nobody needs a token to read it.

        Raises:
            Forbidden: the page's site is not allowed.
            NotFound: there is none.
        """
        self._origins.check(request)
        await self._limits.call(request)
        if self._shown is None:
            raise NotFound("还没有发布个人信息处理告知")
        notice = self._shown.notice
        return json_answer({"version": notice.number, "title": notice.title, "html": self._shown.html})

    async def give(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/consents: the citizen was shown the notice, or agreed to send photos or places.

        Raises:
            Forbidden: the page's site is not allowed.
            Unauthorized: the token is missing or not valid.
            BadRequest: purpose or version is missing or not valid.
            Conflict: code ``other_version``; the notice has changed since, and the page must show the new one.
            RateLimited: there were too many requests.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        await self._limits.look(visitor.id)
        try:
            given = Given.model_validate(await body_of(request))
        except ValidationError as error:
            fields = sorted({str(part) for e in error.errors() for part in e["loc"][:1]})
            raise BadRequest("请求格式不对", details={"fields": fields}) from error
        if self._shown is None or given.version != self._shown.notice.number:
            raise Conflict("告知更新了，请刷新页面再看一遍", code="other_version")
        await consents.give(
            self._database, Citizen(CHANNEL, visitor.id), Purpose(given.purpose), given.version
        )
        return json_answer({"agreed": sorted(await self._held(visitor.id))})

    async def state(self, visitor_id: str | None) -> dict[str, Any] | None:
        """What a page needs to know of the notice, and what its visitor knows and agreed to; None without a notice.

        Args:
            visitor_id: the visitor; None: a new one.
        """
        if self._shown is None:
            return None
        notice = self._shown.notice
        return {
            "version": notice.number,
            "line": notice.line,
            "photos": notice.photos,
            "place": notice.place,
            "agreed": sorted(await self._held(visitor_id)) if visitor_id else [],
        }

    async def require(self, visitor_id: str, purpose: Purpose) -> None:
        """Check that a visitor agreed.

        Raises:
            Forbidden: code ``consent_needed``.
        """
        if self._shown is not None and purpose not in await self._held(visitor_id):
            what = "照片" if purpose is Purpose.PHOTOS else "位置"
            raise Forbidden(f"发{what}前要先经您同意，请刷新页面再发", code="consent_needed")

    async def _held(self, visitor_id: str) -> frozenset[str]:
        assert self._shown is not None
        citizen = Citizen(CHANNEL, visitor_id)
        return await consents.holding(self._database, citizen, self._shown.notice.holds)
