"""Every module that parses is fed any input by a property, or reads only what we wrote ourselves.

A module parses when it calls what turns bytes or text into values (:data:`PARSES`): JSON, YAML, XML, pictures, tables, base64, times,
addresses, models. Such a module stands in one of the tables here, so a new one fails until somebody has said which. Readers of
words are no such modules; they are found by what they take, and all are fed in :mod:`tests.properties.test_readers`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.pumping import ROOT

PACKAGES = (
    "bot",
    "channels",
    "conversations",
    "core",
    "desk",
    "gaps",
    "kb_index",
    "partners",
    "public",
    "service",
    "telephony",
    "tickets",
)
PARSES = frozenset(
    [
        "loads",
        "parsed",
        "fromstring",
        "parse_qs",
        "parse_qsl",
        "load_workbook",
        "b64decode",
        "urlsafe_b64decode",
        "fromisoformat",
        "validate_python",
        "validate_json",
        "model_validate",
        "model_validate_json",
        "strptime",
        "urlsplit",
        "urlparse",
        "decode",
        "decrypt",
        "ip_address",
        "ip_network",
        "UUID",
        "unpack",
        "from_json",
        "dotenv_values",
        "safe_load",
        "Fernet",
        "decompress",
        "ZipFile",
        "feed",
        "unseal",
        "unquote",
    ]
)
"""Functions that parse, by their last name; besides them ``open``, ``load`` and ``reader`` of the modules in :data:`_OF`."""
_OF = frozenset(("Image", "yaml", "json", "csv", "np", "pickle", "yaml_loader"))

REQUESTS, FILES, ANSWERS = (
    "tests/service/test_any_request.py::test_no_request_is_a_fault_of_ours",
    "tests/properties/test_files.py",
    "tests/properties/test_foreign_answers.py",
)
MACHINES, WECHAT, READERS = (
    f"tests/{one}.py"
    for one in ("properties/test_machines", "channels/wechat/test_properties", "properties/test_readers")
)
SEALING, RIGHT, ANSWER = (
    "tests/core/test_sealing.py",
    "tests/tickets/test_ticket_checks.py",
    f"{MACHINES}::test_rasas_answer_is_replies_or_rasa_is_down",
)
BODY, QUERY, TYPED = (
    f"{MACHINES}::{one}"
    for one in (
        "test_a_body_is_json_or_one_error",
        "test_a_query_and_a_partners_body_fit_or_name_their_fields",
        "test_typed_days_places_origins_and_addresses",
    )
)
TABLE, FILE, SAID = (
    f"{MACHINES}::{one}"
    for one in (
        "test_a_table_is_read_or_refused_in_words",
        "test_an_operators_file_is_read_or_named",
        "test_a_browsers_message_is_whole_or_refused",
    )
)
FED: dict[str, str] = {
    "channels.phone.messages": BODY, "channels.phone.service": BODY, "core.bodies": BODY, "channels.web.socket": BODY,
    "channels.web.messages": SAID, "channels.web.notice": SAID,
    "channels.web.origin": TYPED, "core.networks": TYPED, "core.pages": TYPED, "desk.audit": TYPED, "core.settings_faults": TYPED,
    "desk.ticket_filter": TYPED,
    "desk.body": QUERY, "partners.api": QUERY, "tickets.needs": QUERY,
    "channels.wechat.api.crypto": f"{WECHAT}::test_any_ciphertext_is_refused_in_one_way",
    "channels.wechat.inbound.parse": f"{WECHAT}::test_any_bytes_are_a_message_or_one_error",
    "channels.wechat.outbound.pages": f"{WECHAT}::test_pages_fit_keep_the_order_and_lose_nothing",
    "channels.wechat.api.menu": FILE, "core.city.notice": FILE, "core.city.facts.reading": FILE, "core.yaml_loader": FILE, "tickets.catalog": FILE,
    "kb_index.entries.reading": FILE,
    "kb_index.tables.sheets": TABLE, "desk.ticket_sheets": TABLE,
    "conversations.rasa": ANSWER,
    "conversations.images": f"{MACHINES}::test_bytes_are_a_safe_picture_or_refused",
    "core.sealing": f"{MACHINES}::test_what_is_sealed_opens_only_as_it_was_sealed",
    "core.privacy": f"{SEALING}::test_sealing_hides_and_gives_back",
    "tickets.checks": f"{RIGHT}::test_any_text_is_stored_clean_or_refused_in_words",
    **dict.fromkeys(("channels.web.rest", "public.forms", "desk.oidc_api", "desk.guard", "desk.closing_api"), REQUESTS),
    "desk.live": "tests/service/test_any_request.py::test_no_frame_is_a_fault_of_ours",
    "desk.devices": f"{ANSWERS}::test_a_cookie_of_another_hand_makes_no_browser_known",
    "desk.oidc": f"{ANSWERS}::test_any_answer_of_the_issuer_lets_nobody_in",
    "desk.ticket_sheet": f"{ANSWERS}::test_a_printed_sheet_holds_nobodys_mark_up",
    "channels.wechat.inbound.fetch": f"{ANSWERS}::test_a_picture_comes_from_the_platform_or_not_at_all",
    "channels.wechat.api.client": f"{ANSWERS}::test_any_answer_of_the_platform_is_used_or_an_error_of_the_platform",
    "partners.service": f"{ANSWERS}::test_a_webhook_goes_only_to_an_origin_that_was_set",
    **dict.fromkeys(("core.city.loading", "core.city.deadlines", "core.city.parts"), f"{FILES}::test_a_city_is_loaded_or_its_fault_named"),
    "core.city.facts.hours": f"{FILES}::test_opening_hours_hold_or_are_refused",
    "core.settings": f"{FILES}::test_settings_are_taken_or_refused_by_name",
    **dict.fromkeys(("core.keyring", "core.installation_keys"), f"{FILES}::test_keys_are_read_or_named_as_unreadable"),
    **dict.fromkeys(("kb_index.entries.entry", "kb_index.checks.entries"), f"{FILES}::test_an_entry_is_parsed_and_checked_or_its_problems_named"),
    "kb_index.entries.writing": f"{FILES}::test_an_entry_is_written_where_it_belongs_and_read_as_it_was",
    "kb_index.tables.importing": f"{FILES}::test_a_row_becomes_a_draft_that_is_read_or_is_refused",
    "service.city_tables": f"{FILES}::test_a_row_of_the_citys_table_is_taken_or_refused",
}  # fmt: skip
"""Module that parses what strangers, citizens, staff or other systems send → the property that feeds it."""
BESIDE: dict[str, str] = {
    "core.codes": f"{MACHINES}::test_codes_and_numbers_have_one_form",
    "tickets.numbers": f"{MACHINES}::test_codes_and_numbers_have_one_form",
    "core.signatures": f"{MACHINES}::test_a_signature_is_right_only_for_its_body_and_time",
    "core.masking": "tests/properties/test_masks.py::test_hiding_leaves_no_number_and_the_other_words",
    "core.redaction": "tests/properties/test_masks.py::test_redacted_words_are_words",
    "core.phone": "tests/properties/test_masks.py::test_a_stored_phone_is_read_as_itself",
    "core.search_tokens": "tests/properties/test_masks.py::test_a_word_is_found_by_its_tokens_wherever_it_stands",
    "desk.unmasking": "tests/properties/test_masks.py::test_a_mask_is_made_whole_only_with_the_number_it_hides",
    "desk.stand_ins": "tests/properties/test_masks.py::test_whether_a_mask_stays_does_not_hang_on_the_text_around_a_number_that_is_not_there",
    "desk.sight": "tests/properties/test_masks.py::test_any_value_is_masked_at_any_depth",
    "bot.understanding": f"{READERS}::test_any_text_is_read_by_every_reader",
    "conversations.parting": f"{READERS}::test_a_talk_is_over_only_by_its_newest_word",
    "conversations.danger": "tests/conversations/test_danger.py::test_any_text_has_an_advice_and_an_answer",
    "conversations.buttons": "tests/conversations/test_words.py::test_only_what_was_offered_is_ever_chosen",
    "kb_index.language.text": "tests/kb_index/test_text.py::test_any_text_is_taken",
}
"""What reads by patterns, and calls nothing of :data:`PARSES`."""
OURS: dict[str, str] = {
    "what we trained, fitted or derived, in files that ship or that we wrote": """
        bot.components.embedding bot.evaluation.rows bot.understanding.belonging bot.understanding.category.fit
        bot.understanding.category.judging bot.understanding.danger.clues bot.understanding.danger.fit bot.understanding.danger.foreign
        bot.understanding.danger.judging bot.understanding.danger.sequel bot.understanding.danger.words bot.understanding.decide
        bot.understanding.encoding.tail bot.understanding.encoding.tuning bot.understanding.fitting bot.understanding.kinds
        bot.understanding.seams.fit bot.understanding.seams.judging bot.understanding.shorthand bot.understanding.slots.examples
        bot.understanding.slots.reading bot.understanding.slots.tagging bot.understanding.ticket_fit bot.understanding.ticket_reader
        bot.understanding.within.choice bot.understanding.within.examples bot.understanding.within.gathered bot.understanding.within.judging
        conversations.danger conversations.foreign conversations.met conversations.scope core.city.facts.kinds core.city.nation
        kb_index.checks.files kb_index.index.lexical kb_index.index.meanings kb_index.index.ragged kb_index.index.shelf
        kb_index.index.shelving kb_index.index.versions kb_index.language.encoder kb_index.language.places kb_index.language.pretrained
        kb_index.language.text kb_index.measure.evaluate kb_index.measure.stats kb_index.search.numbers kb_index.search.searcher
        kb_index.search.telling kb_index.search.unmentioned kb_index.statutes.laws kb_index.statutes.shelf kb_index.training.derive
        kb_index.training.material kb_index.training.packed kb_index.training.tune""",
    "what our own processes tell one another, under a secret": """
        bot.actions.policy.choosing bot.actions.policy.feedback bot.actions.runtime.endpoint bot.actions.runtime.turn bot.parsing
        bot.rasa_parse bot.rasa_program conversations.drawing core.events core.redis_events""",
    "what we stored, or a value of ours": """
        bot.actions.policy.articles bot.evaluation.cli bot.evaluation.seen bot.rasa_tracker conversations.aside conversations.danger_state
        conversations.event_kinds conversations.happened conversations.listing conversations.replay conversations.told channels.wechat.inbound.pictures core.database core.ids
        core.key_check core.resealing desk.second_place service.doctor tickets.reach""",
}
"""Why no stranger's input → modules."""


def parsing() -> set[str]:
    """The modules that call something of :data:`PARSES`."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(call, ast.Call) and _parses(call.func):
                    found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def _parses(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in PARSES
    if not isinstance(called, ast.Attribute):
        return False
    of = called.value.id if isinstance(called.value, ast.Name) else ""
    return called.attr in PARSES or (of in _OF and called.attr in ("open", "load", "reader", "DictReader"))


@pytest.mark.slow
def test_every_module_that_parses_has_its_row() -> None:
    ours = {one for names in OURS.values() for one in names.split()}
    known = {*FED, *ours}
    assert parsing() - known == set(), "fed by no property, and nobody has said why"
    assert known - parsing() - {"core.yaml_loader"} == set(), "parses no more"
    assert len(known) == len(FED) + len(ours), "one row each"


@pytest.mark.parametrize("test", sorted({*FED.values(), *BESIDE.values()}))
def test_the_named_property_is_one(test: str) -> None:
    file, _, name = test.partition("::")
    found = [
        one
        for one in ast.walk(ast.parse(Path(ROOT / file).read_text("utf-8")))
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == name
    ]
    assert found and any("given" in ast.dump(decorator) for decorator in found[0].decorator_list)
