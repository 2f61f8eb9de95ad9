"""The stock side's Rasa project: our intents and FAQs in the pipeline that Rasa documents for Chinese."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.faqs import files as faq_files
from bot.settings import ROOT
from bot.texts import fill

INTENTS = ROOT / "nlu_data" / "intents"
VERSION = "3.1"
MAX_HISTORY = 5
FALLBACK = "nlu_fallback"
SMALL_TALK = ("greet", "thanks", "goodbye")  # what the stories put around a question


def write(project: Path, epochs: int) -> str:
    """Writes the project's files and gives the digest of all that training reads."""
    (project / "data" / "intents").mkdir(parents=True, exist_ok=True)
    for path in sorted(INTENTS.glob("*.yml")):
        shutil.copy(path, project / "data" / "intents" / path.name)
    intents = _intents()
    _dump(project / "data" / "faq.yml", {"nlu": _faq_examples()})
    _dump(project / "data" / "rules.yml", {"rules": [_rule(name) for name in [*intents, "faq", FALLBACK]]})
    _dump(project / "data" / "stories.yml", {"stories": [_story(name) for name in intents]})
    _dump(project / "domain.yml", _domain(intents))
    _dump(project / "config.yml", _config(epochs), version=False)
    (project / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    return _digest(project)


def write_endpoints(project: Path, database: Path) -> None:
    """Points the tracker store at a fresh SQLite file."""
    store = {"type": "SQL", "dialect": "sqlite", "db": str(database)}
    _dump(project / "endpoints.yml", {"tracker_store": store}, version=False)


def _dump(path: Path, content: dict[str, Any], version: bool = True) -> None:
    head = {"version": VERSION} if version else {}
    path.write_text(yaml.safe_dump({**head, **content}, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _digest(project: Path) -> str:
    total = hashlib.sha256()
    for path in sorted([project / "domain.yml", project / "config.yml", *(project / "data").rglob("*.yml")]):
        total.update(str(path.relative_to(project)).encode() + path.read_bytes())
    return total.hexdigest()[:16]


def _intents() -> list[str]:
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(INTENTS.glob("*.yml"))]
    return list(dict.fromkeys(row["intent"] for content in found for row in content["nlu"] if "intent" in row))


def _faq_examples() -> list[dict[str, str]]:
    return [
        {
            "intent": f"faq/{faq['id']}",
            "examples": "".join(f"- {text}\n" for text in [faq["question"], *faq["variants"]]),
        }
        for _, faq in faq_files()
    ]


def _rule(intent: str) -> dict[str, Any]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}


def _story(intent: str) -> dict[str, Any]:
    """A short talk around the intent: what TED and the memory learn from."""
    order = [SMALL_TALK[0], intent, "faq", *SMALL_TALK[1:]]
    steps = [step for name in order for step in ({"intent": name}, {"action": f"utter_{name}"})]
    return {"story": f"talk of {intent}", "steps": steps}


def _domain(intents: list[str]) -> dict[str, Any]:
    plain = {f"utter_{name}": [{"text": f"这是对“{name}”的答复。"}] for name in [*intents, FALLBACK]}
    answers = {f"utter_faq/{faq['id']}": [{"text": fill(faq["answer"], {})}] for _, faq in faq_files()}
    return {
        "intents": [*intents, "faq"],
        "responses": {**plain, **answers},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _config(epochs: int) -> dict[str, Any]:
    pipeline: list[dict[str, Any]] = [
        {"name": "JiebaTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "retrieval_intent": "faq", "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]
    policies: list[dict[str, Any]] = [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "TEDPolicy", "max_history": MAX_HISTORY, "epochs": epochs, "constrain_similarities": True},
    ]
    return {
        "recipe": "default.v1",
        "language": "zh",
        "assistant_id": "stock",
        "pipeline": pipeline,
        "policies": policies,
    }
