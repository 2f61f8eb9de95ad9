"""The first stage of the pipeline: a message is folded, and every character of the folded text is a token."""

from functools import cached_property
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_words_and_spaces, registry
from spacy.vocab import Vocab

from bot.triage.fold import CLAUSE, Fold
from bot.triage.lexicon import lexicon_of

NAME = "xinqiao.FoldTokenizer.v1"


class FoldTokenizer:
    """Makes a Doc of the folded text; the last clause gets its mark too, so that every clause ends alike."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    @cached_property
    def fold(self) -> Fold:
        """The folding of the lexicon that the pipeline carries."""
        return Fold(lexicon_of(self.vocab))

    def __call__(self, text: str) -> Doc:
        folded = self.fold(text) + CLAUSE
        words, spaces = get_words_and_spaces(list(folded), folded)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_disk(self, path: Path, **_: Any) -> None:
        """Nothing of its own: the lexicon is saved with the vocabulary."""

    def from_disk(self, path: Path, **_: Any) -> "FoldTokenizer":
        """Nothing of its own."""
        return self


@registry.tokenizers(NAME)  # type: ignore[untyped-decorator]
def make_tokenizer() -> Any:
    """What spaCy's configuration names: a function from the pipeline to its tokenizer."""

    def create(nlp: Language) -> FoldTokenizer:
        return FoldTokenizer(nlp.vocab)

    return create
