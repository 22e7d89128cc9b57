"""The application: makes all parts from the settings, and puts their routes together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta

from aiohttp import web

import desk
from bot.actions.complaint import for_desk
from bot.actions.complaint.filing import words as filed_words
from bot.actions.policy import offices
from bot.actions.policy.answer import sure_answer
from bot.actions.policy.topics import topic_entries
from bot.actions.progress import callback, withdraw_wish
from bot.actions.runtime import endpoint
from bot.actions.runtime.context import Parts, set_parts
from bot.actions.talk.meanwhile import Meanwhile
from bot.actions.talk.mood import angry
from bot.actions.talk.unsure import unsure
from bot.channel_secret import HEADER, channel_secret
from bot.understanding import category
from bot.understanding.asking import without_lead_in
from bot.understanding.category import likely
from bot.understanding.danger import shipped
from bot.understanding.decide import shipped as bars
from bot.understanding.evidence import Informed, Reader, SearchedOnce
from bot.understanding.mine import mine
from bot.understanding.name import introduced_name
from bot.understanding.office import read_office
from bot.understanding.splitting import split
from channels.phone import PhoneChannel
from channels.web import WebChannel
from channels.wechat import Pace, WeChat
from conversations.danger import advices
from conversations.filed import FORM_CLOSED
from conversations.media import UNSENT_JOB, UNSENT_LOOK, Media
from conversations.patience import Patience
from conversations.rasa import RasaClient
from conversations.scope import kinds as scope_kinds
from conversations.service import Conversations
from conversations.types import Reply
from core import heap
from core.city import City
from core.city.facts import FactsFolder
from core.clock import local, now
from core.database import Database
from core.errors import ConfigurationError
from core.events import Events, LocalEvents
from core.jobs import Job, Jobs
from core.migrate import is_current, require_keys
from core.processes import SignsOfLife
from core.rates import LocalRates, RedisRates
from core.redis_events import RedisEvents, channel_of
from core.retention import EVERY as RETENTION_EVERY
from core.retention import JOB as RETENTION_JOB
from core.sealing import use_ring
from core.settings import Settings
from desk.assistant import Assistant
from desk.oidc import Provider
from desk.policy import Policy, second_factor_roles
from desk.presence import Presence
from desk.seals import KEEP_EVERY, KEEP_JOB, SEAL_EVERY, SEAL_JOB, Seals
from desk.second_place import NAME as AUDIT_SEAL
from desk.users import Users
from gaps import Gaps
from kb_index import entry_page
from kb_index.entries.entry import Entry
from kb_index.index.meanings import shipped_meaning
from kb_index.language.pretrained import SHIPPED, shipped_encoder
from kb_index.search.searcher import SearchResult
from kb_index.service import KnowledgeBase
from kb_index.statutes.service import Statutes
from partners.api import WorkOrders
from partners.service import Origins
from partners.webhooks import Webhooks
from public.progress import Progress
from public.progress_photos import ProgressPhotos
from service import health, notice_page, pages
from service.errors import errors
from service.notice_page import shown
from service.proxy import forwarded
from service.renewal import RESEAL, Renewal
from service.retention import retention
from telephony import Calls
from tickets import departments, meaning, recounting
from tickets.automatic import AutomaticDispatch
from tickets.notices import TicketNotices
from tickets.public import PublicTickets
from tickets.repeats import Repeats
from tickets.service import Tickets
from tickets.shown import Shown
from tickets.sweep import Sweep
from tickets.types import Ticket
from tickets.word_index import Merging

CONVERSATIONS = web.AppKey("conversations", Conversations)
"""Key under which a running app holds its conversations, for measurements (:mod:`service.measured`)."""
DATABASE = web.AppKey("database", Database)
"""Key under which a running app holds its database, for measurements."""


def policy_of(settings: Settings) -> Policy:
    """The desk's rules for signing in.

    Raises:
        ConfigurationError: a role in the settings does not exist.
    """
    public_url = settings.public_url
    https = public_url.lower().startswith("https://")
    return Policy(
        idle=timedelta(minutes=settings.desk_idle_minutes),
        longest=timedelta(hours=settings.desk_session_hours),
        second_factor=second_factor_roles(settings.desk_second_factor, https=https),
        public_url=public_url,
    )


def provider_of(settings: Settings) -> Provider | None:
    """The organisation's own sign-in; None when there is none.

    Raises:
        ConfigurationError: its client id or secret is missing.
    """
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or not settings.oidc_client_secret:
        raise ConfigurationError(
            "设了 WENBAN_OIDC_ISSUER，还要设 WENBAN_OIDC_CLIENT_ID 和 WENBAN_OIDC_CLIENT_SECRET。"
        )
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_name,
        settings.oidc_username_claim,
        settings.oidc_new_role,
        settings.oidc_second_factor,
    )


def _warm_up(city: City) -> None:
    """Load what would otherwise be loaded at its first use and then delay all citizens for most of a second."""
    story = "小区门口的路灯坏了三天"
    shipped().judgement(story)
    advices()
    scope_kinds()
    category.suggest(story)
    # Parts that read only longer stories are loaded by a longer one.
    told = f"{story}，物业一直没人来修。还有楼道里的垃圾也没人收。" * 10
    for text in (story, told):
        mine(text, local(now()), city)
        split(text)
    shipped_meaning().of(story)


async def create_app(settings: Settings) -> web.Application:
    """Make the application. It connects and listens only when it is started.

    Raises:
        ConfigurationError: a setting or a key can't be used.
    """
    heap.bound()
    await require_keys(settings)
    city, notice = settings.city, settings.notice
    _warm_up(city)
    secrets = settings.secrets
    use_ring(settings.key_ring)
    database = Database(settings.sqlalchemy_url)
    channel = channel_of(secrets.session_key) if settings.redis_url else ""
    redis = RedisEvents(settings.redis_url, channel, strict=False) if channel else None
    events: Events = redis or LocalEvents(strict=False)
    shared = RedisRates(settings.redis_url, channel) if channel else None
    rates = shared or LocalRates()
    knowledge = KnowledgeBase(
        settings.index_dir, settings.kb_model, reranker=settings.kb_reranker, answer_at=bars().sure
    )
    once = SearchedOnce(knowledge)
    facts = FactsFolder(settings.facts_folder, city)
    gaps = Gaps(database, knowledge, settings.knowledge_dir, city.regions_of)
    laws = Statutes(settings.laws_index_dir, settings.kb_model)
    tickets = Tickets(database, events, city, introduced_name)
    media = Media(database, settings.media_folder)
    rasa = RasaClient(
        settings.rasa_base_url,
        timeout_s=settings.rasa_timeout_s,
        wait_s=settings.rasa_wait_s,
        concurrency=settings.rasa_concurrency,
        queue=settings.rasa_queue,
        headers={HEADER: channel_secret(secrets.actions_secret)},
    )

    async def from_knowledge(question: str) -> Reply | None:
        told = offices.reply(question, facts.now, city, now())
        return told or await sure_answer(knowledge, question, city)

    async def from_base(text: str) -> SearchResult:
        return await once.search(without_lead_in(text), regions=city.regions_of(text))

    async def about(text: str) -> tuple[Entry, ...]:
        return await topic_entries(once, text, city.regions)

    def for_office(text: str) -> bool:
        asked = read_office(text, facts.now)
        return asked is not None and asked.known

    presence = Presence(database, timedelta(minutes=settings.desk_away_minutes), settings.desk_capacity)
    reader = Reader(from_base, shipped_meaning().states, about, office=for_office)
    jobs = Jobs(database)
    jobs.every(UNSENT_JOB, UNSENT_LOOK, media.forget_unsent)
    jobs.every(RETENTION_JOB, RETENTION_EVERY, retention(settings, database, media).job)
    renewal = Renewal(database, media)
    jobs.handle(RESEAL, renewal.run)
    conversations = Conversations(
        database,
        events,
        Informed(rasa, reader),
        from_knowledge,
        presence.agents_online,
        settings.rasa_timeout_s + 12,
        judge=shipped(),
        unsure=unsure,
        jobs=jobs,
        rates=rates,
        idle_after=timedelta(minutes=settings.idle_minutes),
        close_after=timedelta(hours=settings.close_hours),
        helps=Meanwhile(reader, tickets.of_conversation).helps,
        agents_gone=presence.gone,
        agents_free=presence.free,
        patience=Patience(
            timedelta(seconds=settings.desk_first_reply_s), timedelta(minutes=settings.desk_alert_minutes)
        ),
        desk_hours=settings.desk_hours,
        notice=notice,
        notice_url=settings.notice_url,
        codes_of=tickets.codes_of,
    )

    wechat = WeChat(
        settings.wechat_accounts,
        database,
        conversations,
        media,
        city=city.name,
        api_base=settings.wechat_api_base,
        public_url=settings.public_url,
        notice=notice,
        notice_url=settings.notice_url,
        busy=rasa.busy,
        pace=Pace(patience_s=settings.wechat_patience_s),
    )

    calls = Calls(database, events)
    phone = PhoneChannel(
        conversations,
        calls,
        secret=settings.phone_secret,
        agent_of=Users(database).id_of,
        wait_s=settings.turn_wait_s,
        rates=rates,
    )

    seals = Seals(database, secrets.session_key, settings.data_dir / AUDIT_SEAL)

    async def keep_audit(_: Job) -> None:
        await seals.shorten(settings.audit_days)

    jobs.every(SEAL_JOB, SEAL_EVERY, seals.seal)
    jobs.every(KEEP_JOB, KEEP_EVERY, keep_audit)
    jobs.handle(FORM_CLOSED, for_desk.closer(rasa))

    def tells(ticket: Ticket, text_only: bool) -> Reply:
        told = filed_words(ticket, tickets.deadline_lines(ticket), settings.progress_url, text_only=text_only)
        return Reply(told, card=ticket.card())

    TicketNotices(database, tickets, conversations.notify, jobs, callback.ways, withdraw_wish.ways)
    Sweep(database, events, city, jobs)
    AutomaticDispatch(database, tickets.moves, city, jobs, likely)
    Repeats(database, events, city, jobs)
    Shown(database, tickets.view, jobs)
    Merging(database, jobs)
    if (SHIPPED / "model.safetensors").is_file():
        meaning.use(shipped_encoder().encode)
    Webhooks(database, Origins(settings.partner_origins), jobs)

    async def schema_current() -> bool:
        return await is_current(database)

    async def knowledge_loaded() -> bool:
        return knowledge.size > 0

    policy = policy_of(settings)
    trusted = [forwarded] if settings.trust_proxy else []
    app = web.Application(
        middlewares=[*trusted, pages.security_headers(settings.public_url), errors],
        client_max_size=settings.max_body_bytes,
    )
    app.on_response_prepare.append(pages.unnamed)
    app[CONVERSATIONS], app[DATABASE] = conversations, database
    desk.setup_sessions(app, secrets.session_key)
    web_channel = WebChannel(
        database,
        conversations,
        events,
        media=media,
        session_key=secrets.session_key,
        city=city.name,
        origins=settings.web_origins,
        public_url=settings.public_url,
        notice=shown(notice) if notice else None,
        wait_s=settings.turn_wait_s,
        rates=rates,
    )
    web_channel.attach(app)
    seen = PublicTickets(database, tickets)
    photos = ProgressPhotos(database, tickets, conversations, media, notice)
    app.add_routes(
        [
            *health.routes(
                {"database": schema_current, "knowledge_base": knowledge_loaded, "rasa": rasa.ready}
            ),
            *endpoint.routes(secrets.actions_secret),
            *wechat.routes(),
            *phone.routes(),
            *desk.routes(
                database,
                events,
                conversations,
                tickets,
                gaps=gaps,
                media=media,
                oidc=provider_of(settings),
                policy=policy,
                presence=presence,
                reveals_a_day=settings.reveals_a_day,
                session_key=secrets.session_key,
                rates=rates,
                upset=angry,
                assistant=Assistant(
                    *(for_desk.reader(city), tells, for_desk.asks, for_desk.questions),
                    *(for_desk.says, for_desk.awaits),
                ),
            ),
            *entry_page.routes(knowledge, city.name),
            *WorkOrders(database, tickets, rates, web_channel.source, city.full_name).routes(),
            *notice_page.routes(notice, city.full_name),
            *Progress(tickets, seen, rates, web_channel.source, photos, city.full_name).routes(),
            *pages.routes(city.full_name, public_url=settings.public_url, hours=settings.desk_hours),
        ]
    )

    async def parts(_: web.Application) -> AsyncIterator[None]:
        """Start the parts in the order in which they need each other. Stop them in the reverse order."""
        signs = SignsOfLife(database, channel)
        nothing = nullcontext()
        async with (
            redis or nothing,
            shared or nothing,
            signs,
            knowledge,
            facts,
            laws,
            rasa,
            conversations,
            wechat,
            jobs,
            heap.kept_small(),
        ):
            await departments.add_missing(database, city)
            await recounting.recount(database, city)
            await renewal.plan()
            some_laws = laws if settings.laws_dir else None
            set_parts(
                Parts(once, tickets, conversations, city, gaps, some_laws, facts, settings.progress_url)
            )
            yield
        await database.close()

    app.cleanup_ctx.append(parts)
    return app
