"""Glossary terms: their files, and how ``[[用語]]`` finds one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from courseware.markup.document import load_yaml
from courseware.markup.errors import ContentError, Problem

IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEYS = {"id", "term", "reading", "english", "synonyms", "definition"}


@dataclass(frozen=True)
class Term:
    """A glossary entry. ``reading`` is empty where the term is its own reading."""

    id: str
    term: str
    english: str
    definition: str
    reading: str = ""
    synonyms: tuple[str, ...] = ()


def parse_terms(text: str, path: str = "") -> list[tuple[int, Term]]:
    """Return the entries of a glossary file with their lines.

    Raises ContentError with every entry that is incomplete or has an unknown key.
    """
    node, values = load_yaml(text, path)
    if not isinstance(node, yaml.SequenceNode):
        raise ContentError([Problem(path, 1, 1, "用語の一覧を「- id: …」の並びで書いてください。")])
    problems: list[Problem] = []
    entries: list[tuple[int, Term]] = []
    for item, value in zip(node.value, values, strict=True):
        line = item.start_mark.line + 1
        wrong = _entry_problem(value)
        if wrong:
            problems.append(Problem(path, line, 1, wrong))
        else:
            entries.append((line, _term(value)))
    if problems:
        raise ContentError(problems)
    return entries


def _entry_problem(value: Any) -> str | None:
    if not isinstance(value, dict) or not set(value) <= KEYS:
        return f"用語の項目は {'、'.join(sorted(KEYS))} です。"
    for key in ("id", "term", "english", "definition"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            return f"「{key}」に文字列を書いてください。"
    if not IDENTIFIER.fullmatch(value["id"]):
        return "「id」は半角の英小文字、数字、ハイフンで書いてください。"
    if not isinstance(value.get("reading") or "", str):
        return "「reading」に読みをかなで書いてください。"
    synonyms = value.get("synonyms") or []
    if not isinstance(synonyms, list) or not all(isinstance(s, str) for s in synonyms):
        return "「synonyms」に文字列の一覧を書いてください。"
    return None


def _term(value: dict[str, Any]) -> Term:
    return Term(
        id=value["id"],
        term=value["term"].strip(),
        english=value["english"].strip(),
        definition=value["definition"].strip(),
        reading=(value.get("reading") or "").strip(),
        synonyms=tuple(value.get("synonyms") or ()),
    )


def index(terms: Iterable[Term]) -> Mapping[str, Term]:
    """Return terms by every spelling that ``[[…]]`` accepts; a term's own name wins."""
    found: dict[str, Term] = {}
    terms = list(terms)
    for term in terms:
        for spelling in term.synonyms:
            found.setdefault(spelling, term)
    for term in terms:
        found[term.term] = term
    return found
