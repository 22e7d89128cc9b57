"""All routes of the desk's API."""

from __future__ import annotations

from aiohttp import web

from conversations.media import Media
from conversations.service import Conversations
from core.database import Database
from core.events import Events
from core.rates import Rates
from desk.accounts import Accounts
from desk.accounts_api import AccountsApi
from desk.assistant import Assistant
from desk.audit_api import AuditApi
from desk.auth_api import AuthApi
from desk.beside import Beside, Upset
from desk.calls_api import CallsApi
from desk.canned import CannedReplies
from desk.canned_api import CannedApi
from desk.closing_api import ClosingApi
from desk.colleagues import Colleagues
from desk.conversations_api import ConversationsApi
from desk.devices import Devices
from desk.drafts import Drafts
from desk.filing import Filing
from desk.filing_api import FilingApi
from desk.finding import Finding
from desk.guard import Guard
from desk.hub import Hub
from desk.knowledge_api import KnowledgeApi
from desk.live import Live
from desk.missed import Missed
from desk.naming import Naming
from desk.notes import Notes
from desk.oidc import Oidc, Provider
from desk.oidc_api import OidcApi
from desk.partners_api import PartnersApi
from desk.passing_api import PassingApi
from desk.phone import Phone
from desk.phone_api import PhoneApi
from desk.photos_api import PhotosApi
from desk.policy import Policy
from desk.presence import Presence
from desk.presence_api import PresenceApi
from desk.reveals import Reveals
from desk.reveals_api import RevealsApi
from desk.rights_api import RightsApi
from desk.second_factor import SecondFactor
from desk.second_factor_api import SecondFactorApi
from desk.sessions import Sessions
from desk.single_sign_on import SingleSignOn
from desk.suggesting import Suggesting
from desk.summaries import Summaries
from desk.taking import Taking
from desk.talk_api import TalkApi
from desk.ticket_moves_api import TicketMovesApi
from desk.ticket_sheet_api import TicketSheetApi
from desk.ticket_sheets_api import TicketSheetsApi
from desk.tickets_api import TicketsApi
from desk.users import Users
from desk.views import Views
from desk.views_api import ViewsApi
from desk.watch import Watch
from gaps import Gaps
from telephony import Callbacks, Calls
from tickets.service import Tickets


def _calm(_: str) -> bool:
    return False


def routes(
    database: Database,
    events: Events,
    conversations: Conversations,
    tickets: Tickets,
    *,
    gaps: Gaps,
    media: Media,
    oidc: Provider | None = None,
    policy: Policy = Policy(),  # noqa: B008  (it can't be changed)
    presence: Presence | None = None,
    reveals_a_day: int = 60,
    session_key: str,
    rates: Rates | None = None,
    upset: Upset = _calm,
    assistant: Assistant = Assistant(),  # noqa: B008  (it can't be changed)
) -> list[web.RouteDef]:
    """All routes of the desk's API, ``/api/desk/…``. They need :func:`desk.setup_sessions`.

    Args:
        database: where accounts and records are.
        events: live events.
        conversations: the conversations.
        tickets: the tickets.
        gaps: the questions that got no good answer.
        media: the citizens' photos.
        oidc: the organisation's own sign-in; None when there is none.
        policy: the rules for signing in, with the address at which agents reach the app.
        presence: tells which agents are there; None: one with the default times.
        reveals_a_day: most tickets and conversations of which one person may see masked data in clear a day.
        session_key: the installation's secret, for the cookie that tells known browsers.
        rates: counts for all processes; None: within this process.
        upset: tells whether a citizen's words are angry; agents are shown it.
        assistant: reads texts for agents who file tickets, and words what citizens are told.

    >>> setup_sessions(app, session_key)                                               # doctest: +SKIP
    >>> app.add_routes(                                                                # doctest: +SKIP
    ...     routes(database, events, conversations, tickets, gaps=gaps, media=media, session_key=key)
    ... )
    """
    users = Users(database, events)
    sessions = Sessions(database, policy, events)
    guard = Guard(database, users, sessions, policy, rates)
    second_factor = SecondFactor(database, users)
    devices = Devices(session_key, policy)
    summaries = Summaries(conversations, users, assistant, tickets.filed_since)
    naming = Naming(users)
    presence = presence or Presence(database)
    colleagues, taking = Colleagues(database, conversations, presence), Taking(presence)
    drafts, notes = Drafts(database), Notes(database)
    finding = Finding(colleagues, tickets, conversations.channels, notes)
    reveals = Reveals(database, reveals_a_day)
    filing = Filing(database, conversations, tickets, assistant)
    phone = Phone(
        *(database, Calls(database, events), Callbacks(database), tickets),
        *(conversations, summaries, users, filing),
    )
    hub = Hub(events, summaries, Missed(database))
    return [
        *AuthApi(guard, users, sessions, second_factor, devices).routes(),
        *OidcApi(
            guard,
            policy,
            Oidc(oidc) if oidc else None,
            SingleSignOn(database, users, oidc) if oidc else None,
        ).routes(),
        *SecondFactorApi(guard, users, second_factor).routes(),
        *AccountsApi(guard, database, users, Accounts(database, users)).routes(),
        *ConversationsApi(
            *(guard, users, conversations, summaries, events),
            *(naming, finding, drafts, taking),
        ).routes(),
        *TalkApi(
            *(guard, conversations, naming),
            Beside(database, conversations, users, gaps, drafts, notes, upset),
            *(drafts, notes),
            Suggesting(database, gaps, assistant),
        ).routes(),
        *CannedApi(guard, CannedReplies(database)).routes(),
        *ClosingApi(guard, conversations, naming).routes(),
        *PresenceApi(guard, presence, conversations).routes(),
        *PassingApi(guard, colleagues, conversations, summaries, naming, taking).routes(),
        *FilingApi(guard, tickets, filing).routes(),
        *PhoneApi(guard, phone, tickets, reveals).routes(),
        *TicketMovesApi(guard, tickets).routes(),
        *TicketSheetsApi(guard, tickets).routes(),
        *TicketSheetApi(guard, tickets).routes(),
        *TicketsApi(guard, tickets, media, reveals).routes(),
        *CallsApi(guard, database, tickets.city).routes(),
        *ViewsApi(guard, Views(database), tickets).routes(),
        *RevealsApi(guard, conversations, reveals).routes(),
        *PhotosApi(guard, media).routes(),
        *RightsApi(guard, conversations).routes(),
        *KnowledgeApi(guard, gaps).routes(),
        *PartnersApi(guard, database).routes(),
        *AuditApi(guard, database).routes(),
        *Live(presence, Watch(sessions, events), guard, hub, conversations).routes(),
    ]
