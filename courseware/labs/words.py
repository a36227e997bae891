"""The words of the assembly language, as JSON for the editor."""

import json
from dataclasses import asdict
from functools import cache
from hashlib import sha256

from courseware.machine.reference import assembly_words


@cache
def words_as_json() -> str:
    """Return ``machine.reference.AssemblyWords`` as a JSON object with its fields' names."""
    return json.dumps(asdict(assembly_words()), ensure_ascii=False, separators=(",", ":"))


@cache
def words_tag() -> str:
    """Return the entity tag of the JSON, which changes when the words do."""
    return f'"{sha256(words_as_json().encode()).hexdigest()[:16]}"'
