"""A name from the words of a text: what it asks to make, its title, or what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.extraction.composing import holds
from onexgen.extraction.phrases import Chunk, Phrases
from onexgen.filters import singular
from onexgen.firing import NOWHERE, Firing, Reading
from onexgen.json_types import JsonObject
from onexgen.text import CLAUSE, COMMA, SENTENCE, Text

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import NamingForm

_TITLE: Final = re.compile(r"\s*(?:#|\[?[A-Z]{2,}-\d+)")
# Later sentences seldom say what the whole is about.
_SENTENCES: Final = 3
_OPENING: Final = 60


class Named(NamedTuple):
    """A name, the words that say what it is about, and those that tell a purpose."""

    name: str
    subject: list[str]
    telling: list[str]


class Naming:
    """Makes names."""

    def __init__(self, form: NamingForm) -> None:
        """Prepare the word lists of a document."""
        self.form = form
        self._drop = frozenset(form["drop"]) | frozenset(form["heads"])
        self._vague = frozenset(form["vague"])
        self._heads = frozenset(form["heads"])
        self._verbs = frozenset(form["verbs"])
        self._openers = frozenset(form["openers"])
        self._things = frozenset(form["things"])
        self._phrases = Phrases(form)
        self._ends = frozenset(role["word"] for role in form["roles"]) | frozenset(form["ends"])

    def __call__(
        self,
        reading: Reading,
        firings: Sequence[Firing],
        found: JsonObject,
        things: Sequence[str] = (),
    ) -> Named:
        """Return a name with its words, the default when no word tells a purpose."""
        text = reading.text
        features = _places(firings, self.form["drop_choices"])
        sentences = _sentences(text)[:_SENTENCES]
        everything = self._telling_chunks(text, sentences, set())
        if not everything:
            return Named(self.form["default"], [], [])
        asked = [chunk for chunk in everything if self._is_asked_for(text, chunk)]
        if asked:
            words = subject = self._words(text, asked[0])[-self.form["at_most"] :]
        else:
            chunks = self._telling_chunks(text, sentences, features) or everything
            words, subject = self._name(reading, firings, found, chunks, things)
        about = [word for word in subject if word not in self._ends] or subject
        return Named("_".join(words), about, self._telling(text, everything[0]))

    def _telling_chunks(
        self, text: Text, sentences: Sequence[range], taken: set[int]
    ) -> list[Chunk]:
        chunks = [chunk for places in sentences for chunk in self._chunks(text, places, taken)]
        return [chunk for chunk in chunks if self._telling(text, chunk)]

    def _name(
        self,
        reading: Reading,
        firings: Sequence[Firing],
        found: JsonObject,
        chunks: list[Chunk],
        things: Sequence[str],
    ) -> tuple[list[str], list[str]]:
        """Return the words of the name, and those of them that say what the text is about."""
        text = reading.text
        things_said = {place for place, word in enumerate(text.words) if word in self._things}
        tools = _places(firings, self.form["tools"]) - things_said
        verbs = _places(firings, [self.form["actions"]], longest=1) - things_said
        most = self.form["at_most"]
        if _TITLE.match(text.raw):
            title = [place for chunk in _clause(text, chunks) for place in chunk]
            words = self._words(text, _without(title, tools))[:most]
            full = len(words) == most
            first = self._words(text, _without(_clause(text, chunks)[0], tools))
            return (words if full else self._with_role(words, found, text.stems)), first
        kept = [chunk for chunk in chunks if not tools.issuperset(chunk)] or chunks
        kept = [_without(self._phrases.without_verb(text, chunk, verbs), tools) for chunk in kept]
        kept = [chunk for chunk in kept if self._telling(text, chunk)] or chunks
        kept = [chunk for chunk in kept if not verbs.issuperset(chunk)] or kept
        # What something is says nothing without what it is about.
        kept = [c for c in kept if not self._ends.issuperset(self._words(text, c))] or kept
        best = self._phrases.best(text, kept, verbs, things)
        words = self._words(text, self._phrases.with_owner(text, best, kept))[1 - most :]
        return self._with_role(words, found, text.stems), words

    def _with_role(self, words: list[str], found: JsonObject, stems: Sequence[str]) -> list[str]:
        """Add what is done and what the thing is, unless its last word says that already."""
        if words[-1] in self._ends:
            return words
        one = [*words[:-1], singular(words[-1])]
        act = self._act(one, found, stems)
        role = next((r["word"] for r in self.form["roles"] if holds(found, r["when"])), "")
        room = self.form["at_most"] - len(one)
        added = [word for word in ([act] if act in self._ends else [act, role]) if word]
        kept = [word for word in added[:room] if word not in one]
        return [*one, *kept] if kept else words

    def _act(self, words: list[str], found: JsonObject, stems: Sequence[str]) -> str:
        """Return a noun for what the text does first."""
        for act in self.form["acts"]:
            if holds(found, act["when"]):
                nouns = (act["nouns"].get(stem, "") for stem in stems[:_OPENING])
                return next((noun for noun in nouns if noun and noun not in words), "")
        return ""

    def _is_asked_for(self, text: Text, chunk: Chunk) -> bool:
        """Tell whether a type word follows: the name stands before it."""
        after = chunk[-1] + 1
        return (
            after < len(text.words)
            and text.words[after] in self._heads
            and text.breaks[after] < COMMA
            and text.sentences[after] == text.sentences[0]
        )

    def _telling(self, text: Text, chunk: Chunk) -> list[str]:
        return [text.words[i] for i in chunk if text.words[i] not in self._vague]

    def _chunks(self, text: Text, places: range, taken: set[int]) -> Iterable[Chunk]:
        """Yield runs of words that may stand in a name."""
        chunk: Chunk = []
        for place in places:
            word = text.words[place]
            bound = bool(chunk) and _is_bound(text, place)
            plain = place not in taken and (bound or word not in self._drop) and _is_plain(word)
            plain = plain and not self._leads(text, place)
            if chunk and (not plain or text.breaks[place]):
                yield chunk
                chunk = []
            if plain and not self._is_number(text, place):
                chunk.append(place)
        if chunk:
            yield chunk

    def _leads(self, text: Text, place: int) -> bool:
        """Tell whether a word is the verb of its clause: `tracks parcels`, not `counts thing`."""
        after = place + 1
        begins = place == 0 or text.breaks[place] >= CLAUSE
        begins = begins or (not text.breaks[place] and text.words[place - 1] in self._openers)
        return (
            begins
            and text.words[place] in self._verbs
            and after < len(text.words)
            and not text.breaks[after]
            and not _is_bound(text, after)
            and text.words[after] not in self._heads
        )

    def _is_number(self, text: Text, place: int) -> bool:
        """Tell whether a word belongs to the number of a ticket: `ABC-12`."""
        after = place + 1
        return (
            after < len(text.words)
            and text.words[after].isdigit()
            and text.raw[text.ends[place] : text.starts[after]] == "-"
        )

    def _words(self, text: Text, chunk: Chunk) -> list[str]:
        words: list[str] = []
        joined = ""
        places = frozenset(chunk)
        for place in chunk:
            word = text.words[place].removesuffix("'s").replace("'", "")
            if len(word) == 1 and place + 1 in places:
                joined += word
                continue
            if word in self._drop and words and _is_bound(text, place):
                words[-1] += word
                continue
            word = self.form["replace"].get(joined + word, joined + word)
            joined = ""
            if word not in words:
                words.append(word)
        return words


def _is_bound(text: Text, place: int) -> bool:
    """Tell whether a hyphen ties a word to the one before: `hand-over`."""
    return text.raw[text.ends[place - 1] : text.starts[place]] == "-"


def _clause(text: Text, chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks up to the end of the first one's clause."""
    for number, chunk in enumerate(chunks[1:], 1):
        between = text.breaks[chunks[number - 1][-1] + 1 : chunk[0] + 1]
        if max(between, default=0) >= CLAUSE:
            return chunks[:number]
    return chunks


def _without(chunk: Chunk, places: set[int]) -> Chunk:
    return [place for place in chunk if place not in places] or chunk


def _places(
    firings: Iterable[Firing], owners: Iterable[str], longest: int | None = None
) -> set[int]:
    """Return the words on which rules of some choices fired; not those in longer phrases."""
    wanted = set(owners)
    return {
        place
        for firing in firings
        if firing.rule.owner in wanted
        for hit in firing.hits
        if hit.start != NOWHERE and (longest is None or hit.end - hit.start <= longest)
        for place in range(hit.start, hit.end)
    }


def _is_plain(word: str) -> bool:
    return word.isascii() and word.replace("'", "").isalnum() and not word[0].isdigit()


def _sentences(text: Text) -> Sequence[range]:
    starts = [i for i, level in enumerate(text.breaks) if level == SENTENCE or i == 0]
    return [range(a, b) for a, b in pairwise([*starts, len(text.words)])]
