"""What a message asks for, in the light of the answer before it: one FAQ, several, a choice, an intent or nothing.

Nothing of the conversation is kept but the id of the FAQ that was answered last, which the gateway sends along. A
message that leans on it is answered only where two looks at it agree; otherwise the worker chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.nlu import wording
from bot.nlu.arbiter import (
    Chances,
    Outcome,
    Thresholds,
    chance_of,
    conversation_wins,
    decide,
    is_sure,
    is_topic,
    may_reach,
    settled,
)
from bot.nlu.faq_search import CANDIDATES, Candidate, Found, Index


@dataclass(frozen=True)
class Said:
    """A sentence with its USE vector (512,), the classifier's first intent, and the FAQ answered before it."""

    text: str
    vector: np.ndarray
    intent: str
    confidence: float
    last: str | None = None


@dataclass(frozen=True)
class Understood:
    """The outcome and what was found; `also` are FAQs to be answered after the first candidate."""

    outcome: Outcome
    found: Found
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mind:
    """Reads messages with one index and one set of thresholds."""

    index: Index
    limits: Thresholds

    def read(self, said: Said) -> Understood:
        """Return what a message asks for."""
        exact = self.index.lookup(said.text)
        if exact:
            return Understood(self._decide(said, exact), exact)
        instead = wording.corrected(said.text) if said.last else None
        if instead:
            return self._correct(said, instead)
        found = self._search(said)
        plain = Understood(self._decide(said, found), found)
        if conversation_wins(said.intent, said.confidence, _chances(found), self.limits):
            return plain
        return self._several(said, plain) or self._continued(said, plain) or self._unless_vague(said, plain)

    def _decide(self, said: Said, found: Found) -> Outcome:
        return decide(said.intent, said.confidence, _chances(found), self.limits)

    def _search(self, said: Said) -> Found:
        """Search by the cheap similarity, and by the better one where that may change something."""
        query = self.index.query(said.text, said.vector)
        cheap = self.index.search(query)
        if settled(said.intent, said.confidence, _chances(cheap), self.limits):
            return cheap
        return self.index.search(self.index.with_e5(query, said.text))

    def _sure(self, found: Found) -> bool:
        return is_sure(_chances(found), self.limits)

    def _likely(self, found: Found) -> bool:
        """Say whether it may be answered where something else speaks for it, too."""
        return found.score >= self.limits.likely and found.lead >= self.limits.clear_lead

    def _correct(self, said: Said, instead: str) -> Understood:
        """The answer that was refused does not come again; a topic that is named instead gets its menu."""
        found = self.index.look(instead, frozenset({said.last or ""}))
        if self._sure(found) and found.precise >= self.limits.likely:
            return Understood(Outcome.FAQ, found)
        named = is_topic(said.intent) and chance_of(said.intent, said.confidence, _chances(found)) >= self.limits.intent
        return Understood(Outcome.INTENT if named else Outcome.CANDIDATES, found)

    def _several(self, said: Said, plain: Understood) -> Understood | None:
        """Several answers where one part is sure and the rest likely; a choice where parts mean different things."""
        parts, apart = wording.questions(said.text)
        if not parts or (not apart and plain.outcome is Outcome.FAQ):
            return None
        found = self._parts(parts)
        best = list(dict.fromkeys(one.candidates[0].faq for one in found))
        if len(best) < 2:
            return None
        if any(self._sure(one) for one in found) and all(self._likely(one) for one in found):
            return Understood(Outcome.FAQ, found[0], tuple(best[1:]))
        hopeful = sum(one.score >= self.limits.likely for one in found) > 1
        if plain.outcome is Outcome.FAQ or not hopeful:
            return None
        return Understood(Outcome.CANDIDATES, _merged(*found, whole=plain.found))

    def _parts(self, parts: Sequence[str]) -> list[Found]:
        """What each part means; nothing where the cheap similarity sees that fewer than two can be likely."""
        queries = [self.index.query(part) for part in parts]
        cheap = [
            self.index.lookup(part) or self.index.search(query) for part, query in zip(parts, queries, strict=True)
        ]
        if sum(may_reach(one.score, self.limits.likely) for one in cheap) < 2:
            return []
        return [
            one if self._sure(one) else self.index.search(self.index.with_e5(query, part))
            for part, query, one in zip(parts, queries, cheap, strict=True)
        ]

    def _continued(self, said: Said, plain: Understood) -> Understood | None:
        """A message that leans on the last answer: searched again together with that question, and in its topic."""
        last = self.index.faq(said.last) if said.last else None
        if last is None or not wording.follows_up(said.text):
            return None
        if self._asks_again(said, plain):
            return plain
        told = wording.bare(said.text)
        joined = self.index.look(f"{last['question'].rstrip('？?')}，{told}", frozenset({last["id"]}))
        nearby = self.index.look(told, self.index.outside(last["topic"]) | {last["id"]})
        return self._agreed(plain, joined, nearby)

    @staticmethod
    def _asks_again(said: Said, plain: Understood) -> bool:
        """A short question that is sure by itself, and was answered just now, is asked once more."""
        best = plain.found.candidates[0].faq
        return plain.outcome is Outcome.FAQ and best == said.last and not wording.leans(said.text)

    def _agreed(self, plain: Understood, joined: Found, nearby: Found) -> Understood:
        """An answer that would be given anyhow must be met again; one that would not, must be met twice."""
        alone, best, other = (found.candidates[0].faq for found in (plain.found, joined, nearby))
        if plain.outcome is Outcome.FAQ:
            met = alone in (best, other)
        else:
            met = best == other and self._may_follow(plain.found, joined)
        if met:
            return plain if plain.outcome is Outcome.FAQ else Understood(Outcome.FAQ, joined)
        return Understood(Outcome.CANDIDATES, _merged(joined, nearby, plain.found, whole=plain.found))

    def _may_follow(self, alone: Found, joined: Found) -> bool:
        return self._likely(joined) and alone.asks >= self.limits.about

    def _unless_vague(self, said: Said, plain: Understood) -> Understood:
        """Somebody who is not named cannot be what an answer rests on."""
        if plain.outcome is Outcome.FAQ and wording.names_nobody(said.text):
            return Understood(Outcome.CANDIDATES, plain.found)
        return plain


def _chances(found: Found) -> Chances:
    return Chances(found.score, found.lead, found.precise)


def _merged(*found: Found, whole: Found) -> Found:
    """Return the best of each search in turn, at most as many as are offered."""
    kept: dict[str, Candidate] = {}
    for place in range(CANDIDATES):
        for one in found:
            for candidate in one.candidates[place : place + 1]:
                kept.setdefault(candidate.faq, candidate)
    return replace(whole, candidates=tuple(kept.values())[:CANDIDATES])
