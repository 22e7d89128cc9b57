"""``wenban train-decision`` fits the decision what kind of message it is; ``wenban explain`` shows one decision."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bot.actions.policy.answer import offered
from bot.actions.policy.topics import topic_entries
from bot.parsing import parse
from bot.understanding import danger
from bot.understanding import decide as decision
from bot.understanding.asking import without_lead_in
from bot.understanding.evidence import Evidence, Reader, found
from bot.understanding.kinds import WEIGHTS
from bot.understanding.office import read_office
from bot.understanding.shorthand import written_out
from conversations import scope
from core.city.facts import FactsFolder
from core.errors import BadRequest, NotFound
from core.settings import Settings, load_settings
from core.text import written
from kb_index.entries.entry import Entry
from kb_index.index.meanings import shipped_meaning
from kb_index.language.text import simplified
from kb_index.publishing.build import build
from kb_index.search import telling
from kb_index.search.searcher import SearchResult
from kb_index.service import KnowledgeBase

if TYPE_CHECKING:
    from bot.understanding.fitting import Example, Seen

console = Console()


def explain(text: Annotated[str, typer.Argument(help="What a citizen says.")]) -> None:
    """Say what a first message is taken for, and why: danger and scope first, then the decision.

    When the message tells of danger or is out of scope, nothing else is decided.
    """
    if not written(text):
        raise BadRequest("请写一句群众会说的话，例如 wenban explain 路灯坏了三天没人修")
    settings = load_settings()
    _ = settings.city  # A wrong profile is said before anything else.
    screened = _screened(text)
    for name, said in screened.lines:
        console.print(f"  {name:<12}{said}", highlight=False)
    if screened.ends:
        console.print(f"[bold]{screened.ends}[/]", highlight=False)
        return
    text = written_out(text)
    (heard,) = parse(settings, [text])
    evidence = asyncio.run(_evidence(settings, text))
    ranking = [(str(name), float(p)) for name, p in heard["ranking"]]
    decided = decision.decide(
        evidence.words,
        ranking,
        evidence.kinds,
        evidence.best,
        topic=evidence.topic,
        second=evidence.second,
        office=evidence.office,
    )
    console.print(f"[bold]{decided.intent}[/] ({decided.probability:.2f})", highlight=False)
    for name, value in decided.reasons.items():
        console.print(f"  {name:<12}{value}", highlight=False)
    for hit in evidence.result.hits:
        console.print(f"  {hit.probability:>6.1%}  {hit.entry.title}", highlight=False)


@dataclass(frozen=True)
class _Screened:
    """How danger and scope were judged, before the decision.

    Args:
        lines: name of the judgement, and the result with its probability.
        ends: what is done when nothing else is decided; empty when the decision follows.
    """

    lines: list[tuple[str, str]]
    ends: str


def _screened(text: str) -> _Screened:
    judge = danger.shipped()
    found, judged = judge.judge(text), judge.judgement(text)
    probability, kind = judged.danger
    alone = found is not None and (found.clear or not found.beside)
    how = "clear" if found and found.clear else "asked about" if alone else "asked about beside the answer"
    verdict = "none" if found is None else f"{found.kind}, {how}"
    beyond, likeliest = judged.scope
    phrase = scope.by_phrase(text)
    declined = judge.scope(text) or (phrase.name if phrase else None)
    danger_line = ("danger", f"{verdict} (likeliest {kind}, {probability:.2f})")
    if found is not None and alone:
        done = "先给安全提示并请坐席" if found.clear else "先问一句是不是有危险"
        return _Screened([danger_line], f"有危险：{done}，不再判断别的")
    outcome = f"declined as {declined}" if declined else "taken"
    scope_line = ("scope", f"{outcome} (likeliest {likeliest}, {beyond:.2f})")
    ends = "不归热线受理：说明依据和去处，不再判断别的" if declined else ""
    return _Screened([danger_line, scope_line], ends)


async def _evidence(settings: Settings, text: str) -> Evidence:
    await asyncio.to_thread(build, settings.knowledge_dir, settings.index_dir, settings.kb_model)
    async with KnowledgeBase(settings.index_dir, settings.kb_model) as base:

        async def search(question: str) -> SearchResult:
            return await base.search(without_lead_in(question), regions=settings.city.regions_of(question))

        async def about(question: str) -> tuple[Entry, ...]:
            return await topic_entries(base, question, settings.city.regions)

        facts = FactsFolder(settings.facts_folder, settings.city)
        facts.refresh()

        def for_office(said: str) -> bool:
            asked = read_office(said, facts.now)
            return asked is not None and asked.known

        return await Reader(search, shipped_meaning().states, about, office=for_office).read(text)


def train_decision() -> None:
    """Fit the kinds, the bars of the decision, the reader of talk about tickets and the judge of what belongs to one to written examples, in a few minutes."""
    from bot.understanding import belonging_fit, fitting, ticket_fit

    settings = load_settings()
    rows = fitting.examples()
    seen, stamp = asyncio.run(_seen(settings, rows))
    kinds = fitting.apart(rows, seen)
    mixed = fitting.mixed(rows, seen)
    # The mixed ones count twice, because they were fitted to more examples, so they are more like the shipped model.
    bars, at = fitting.fit_bars(rows, seen, [kinds, mixed], [1, 2])
    decision.save(bars, stamp)
    fitting.fit(rows, seen).save()
    encoder = shipped_meaning()

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.concatenate([encoder.states([simplified(text).strip()]) for text in texts])

    ticket_fit.fit(encode).save()
    belonging_fit.fit_belonging(encode, settings.city).save()
    right = sum(max(of, key=lambda kind: of[kind]) == row.kind for of, row in zip(kinds, rows, strict=True))
    console.print(f"{len(rows)} examples; kinds right in the other hand's words: {right / len(rows):.3f}")
    console.print("\n".join(map(str, [bars, *at[:2]])), highlight=False)
    console.print(f"Written: {WEIGHTS.name} ({WEIGHTS.stat().st_size // 1024} kB), {decision.FILE.name}")


async def _seen(settings: Settings, rows: Sequence[Example]) -> tuple[list[Seen], str]:
    from bot.understanding.fitting import Seen

    heard = await asyncio.to_thread(parse, settings, [row.text for row in rows])
    encoder, known = shipped_meaning(), telling.unseen()
    made = []
    async with KnowledgeBase(settings.index_dir, settings.kb_model) as base:
        searcher = base.searcher
        if searcher is None:
            raise NotFound("知识库还没有发布；请运行 wenban kb build")
        for row, of in track(list(zip(rows, heard, strict=True)), "Evidence", console=Console(stderr=True)):
            result = _as_new(
                row.text,
                await base.search(without_lead_in(row.text), regions=settings.city.regions_of(row.text)),
                known,
            )
            wanted = {row.entry, *row.also}
            right = bool(result.hits) and result.hits[0].entry.id in wanted
            near = any(entry.id in wanted for entry in offered(result))
            ranking = [(str(name), float(p)) for name, p in of["ranking"]]
            made.append(Seen(encoder.states([row.text])[0], found(result), right, near, ranking))
    return made, searcher.calibration.stamp


def _as_new(text: str, result: SearchResult, known: Mapping[int, float]) -> SearchResult:
    """The result as for words that the search was not fitted to, where it was."""
    first = known.get(telling.key(text))
    if first is None or not result.hits:
        return result
    return replace(
        result,
        hits=tuple(
            replace(hit, probability=min(hit.probability, first) if place else first)
            for place, hit in enumerate(result.hits)
        ),
    )
