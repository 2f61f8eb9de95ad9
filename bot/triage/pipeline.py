"""The pipeline as a whole: built from a lexicon, saved, loaded by `spacy.load`, asked."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language

from bot.triage import combine, opinion, scope, signs, verdict  # noqa: F401  (they register their components)
from bot.triage.levels import Assessment
from bot.triage.lexicon import Raw, digest, put_into, read_raw
from bot.triage.tokenizer import NAME as TOKENIZER
from bot.triage.tokenizer import FoldTokenizer
from bot.triage.weights import PATH as WEIGHTS

RULES = ("xinqiao_signs", "xinqiao_idioms", "xinqiao_scope", "xinqiao_combine")
MODEL_COMPONENT = "xinqiao_model"
COMPONENTS = (*RULES, MODEL_COMPONENT, "xinqiao_level")
FORMAT = "2.0.0"  # changes when code and saved data no longer fit


@dataclass(frozen=True)
class Triage:
    """A pipeline that assesses. `version` names its lexicon and its weights."""

    nlp: Language

    @cached_property
    def version(self) -> str:
        """Format, lexicon and weights: `2.0.0+1f…-9c…`."""
        return str(self.nlp.meta["version"])

    def fold(self, text: str) -> str:
        """The text as the rules read it; never raises on any string."""
        return cast(FoldTokenizer, self.nlp.tokenizer).fold(text)

    def assess(self, text: str) -> Assessment:
        """How urgent this one message is, and why; never raises, whatever the string holds."""
        found: Assessment = self.nlp(self.nlp.tokenizer(text)).user_data[verdict.ASSESSMENT]
        return found

    def by_rules(self, text: str) -> Assessment:
        """The same without the model."""
        doc = self.nlp.tokenizer(text)
        for name, component in self.nlp.pipeline:
            if name != MODEL_COMPONENT:
                doc = component(doc)
        found: Assessment = doc.user_data[verdict.ASSESSMENT]
        return found

    def assess_all(self, texts: Iterable[str]) -> Iterator[Assessment]:
        """The same for many texts, in order, several at a time."""
        for doc in self.nlp.pipe(self.nlp.tokenizer(text) for text in texts):
            yield doc.user_data[verdict.ASSESSMENT]


def build(raw: Raw | None = None) -> Triage:
    """A pipeline over these rows, or over the repository's."""
    rows = read_raw() if raw is None else raw
    nlp = assembled(rows, COMPONENTS)
    nlp.meta["name"], nlp.meta["version"] = "xinqiao_triage", version_of(rows)
    triage = Triage(nlp)
    triage.assess("准备好了")  # so that the first message does not wait
    return triage


def assembled(raw: Raw, components: Sequence[str]) -> Language:
    """These components over these rows."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    put_into(nlp.vocab, raw)
    for component in components:
        nlp.add_pipe(component)
    return nlp


def version_of(raw: Raw) -> str:
    """The version that a pipeline over these rows has."""
    weights = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]
    return f"{FORMAT}+{digest(raw)}-{weights}"


def saved(root: Path) -> Triage:
    """The repository's pipeline by way of its saved form in `root`, which is made if it is not there yet."""
    raw = read_raw()
    path = root / version_of(raw)
    if not path.exists():
        _save(build(raw), path)
    triage = Triage(spacy.load(path))
    triage.assess("准备好了")
    return triage


def _save(triage: Triage, path: Path) -> None:
    """Whole or not at all, whoever else is saving at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=path.parent))
    try:
        triage.nlp.to_disk(unfinished)
        os.replace(unfinished, path)
    except OSError:
        if not path.exists():
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
