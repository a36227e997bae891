"""What a set draws from the questions: topics with their shares, drawn by a seed. Plain Python."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """A question that can be drawn."""

    identifier: str
    lesson: str
    objective: str


@dataclass(frozen=True)
class Topic:
    """Questions by objective, by lesson, by both, or by their identifiers.

    How many of them: by ``weight`` among the topics of a set that has a count, else ``count``,
    else all.
    """

    name: str
    objective: str = ""
    lesson: str = ""
    questions: tuple[str, ...] = ()
    weight: int = 0
    count: int = 0

    def takes(self, candidate: Candidate) -> bool:
        """Return whether the question belongs to the topic."""
        if self.questions:
            return candidate.identifier in self.questions
        return self.objective in ("", candidate.objective) and self.lesson in (
            "",
            candidate.lesson,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the topic as plain JSON data."""
        return {**vars(self), "questions": list(self.questions)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Topic":
        """Return the topic that ``to_json`` described."""
        return cls(**{**data, "questions": tuple(data["questions"])})


@dataclass(frozen=True)
class Share:
    """A topic, and how many of its questions a set asks."""

    topic: Topic
    available: int
    count: int


@dataclass(frozen=True)
class Blueprint:
    """The topics of a set; ``count`` is how many questions their weights divide, 0 for none."""

    topics: tuple[Topic, ...]
    count: int = 0

    def shares(self, candidates: Iterable[Candidate]) -> list[Share]:
        """Return how many questions each topic gives, with the questions that there are."""
        groups = self._groups(candidates)
        sizes = [len(group) for group in groups]
        if self.count:
            counts = apportion(self.count, [topic.weight for topic in self.topics], sizes)
        else:
            wanted = [topic.count or size for topic, size in zip(self.topics, sizes, strict=True)]
            counts = list(map(min, wanted, sizes))
        return [
            Share(topic, size, count)
            for topic, size, count in zip(self.topics, sizes, counts, strict=True)
        ]

    def draw(
        self, candidates: Iterable[Candidate], seed: int, seen: Mapping[str, int]
    ) -> list[str]:
        """Return the identifiers of the questions for a seed, topic by topic.

        ``seen`` says how often a question was drawn in earlier tries: the least seen come
        first. Questions that a topic names keep the order in which it names them.
        """
        candidates = list(candidates)
        drawn: list[str] = []
        for share, group in zip(self.shares(candidates), self._groups(candidates), strict=True):
            chosen = sorted(group, key=lambda name: (seen.get(name, 0), _place(seed, name)))
            chosen = chosen[: share.count]
            named = share.topic.questions
            drawn += sorted(chosen, key=named.index) if named else chosen
        return drawn

    def _groups(self, candidates: Iterable[Candidate]) -> list[list[str]]:
        """Return the questions of each topic; the first topic that takes a question has it."""
        groups: list[list[str]] = [[] for _ in self.topics]
        for candidate in candidates:
            at = next((i for i, topic in enumerate(self.topics) if topic.takes(candidate)), None)
            if at is not None:
                groups[at].append(candidate.identifier)
        return groups

    def to_json(self) -> dict[str, Any]:
        """Return the blueprint as plain JSON data."""
        return {"count": self.count, "topics": [topic.to_json() for topic in self.topics]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Blueprint":
        """Return the blueprint that ``to_json`` described."""
        return cls(tuple(map(Topic.from_json, data["topics"])), data["count"])


def apportion(total: int, weights: Sequence[int], available: Sequence[int]) -> list[int]:
    """Return how many of ``total`` each weight gets, by largest remainders (Hamilton's method).

    Nobody gets more than is available: what is left over goes to the others by their weights. The
    sum is ``total``, or all that is available when that is less.
    """
    counts = [0] * len(weights)
    while left := min(total, sum(available)) - sum(counts):
        open_ = [i for i, count in enumerate(counts) if count < available[i]]
        whole = sum(weights[i] for i in open_)
        quotas = {i: Fraction(left * weights[i], whole) for i in open_}
        fair = {i: int(quota) for i, quota in quotas.items()}
        for i in sorted(open_, key=lambda i: (fair[i] - quotas[i], i))[: left - sum(fair.values())]:
            fair[i] += 1
        for i, count in fair.items():
            counts[i] += min(count, available[i] - counts[i])
    return counts


def _place(seed: int, identifier: str) -> bytes:
    return hashlib.sha256(f"{seed}/draw/{identifier}".encode()).digest()
