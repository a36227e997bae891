"""The course: lessons and their immutable revisions, glossary, figures, progress."""

from django.conf import settings
from django.db import models


class Course(models.Model):
    """The one course of this site (its title and description come from course.toml)."""

    title = models.CharField("題名", max_length=200)
    description = models.TextField("説明", blank=True)

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """A place in the course. Its text lives in revisions; the pointers say which ones count."""

    slug = models.SlugField("識別子", unique=True, max_length=64)
    position = models.PositiveIntegerField("順番", db_index=True)
    published = models.ForeignKey(
        "LessonRevision", models.PROTECT, null=True, blank=True, related_name="+"
    )
    draft = models.ForeignKey(
        "LessonRevision", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The revision last read from a file: importing an unchanged file changes nothing,
    # even when an instructor has published a newer text in the browser since.
    imported = models.ForeignKey(
        "LessonRevision", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class LessonRevision(models.Model):
    """One text of a lesson, with its HTML rendered once. Rows are never changed."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="revisions")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    source = models.TextField("原文")
    title = models.CharField("題名", max_length=200)
    summary = models.TextField("要約")
    minutes = models.PositiveSmallIntegerField("目安の分数")
    objectives = models.JSONField("学習目標")
    sources = models.JSONField("出典")
    html = models.TextField("HTML")
    toc = models.JSONField("目次")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "content_hash"], name="one_revision_for_each_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}:{self.content_hash[:12]}"


class GlossaryTerm(models.Model):
    """A term with its reading and English."""

    slug = models.SlugField("識別子", unique=True, max_length=64)
    term = models.CharField("用語", max_length=100, unique=True)
    reading = models.CharField("読み", max_length=100, blank=True)
    english = models.CharField("英語", max_length=100)
    synonyms = models.JSONField("別の表記", default=list)
    definition_html = models.TextField("説明")
    sort_key = models.CharField("並び順", max_length=100, db_index=True)

    class Meta:
        ordering = ["sort_key", "slug"]

    def __str__(self) -> str:
        return self.term


class Figure(models.Model):
    """A sanitized SVG figure that lessons inline by name."""

    name = models.SlugField("名前", unique=True, max_length=64)
    svg = models.TextField("SVG")

    def __str__(self) -> str:
        return self.name


class LessonRead(models.Model):
    """A learner said that they finished reading a lesson."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    lesson = models.ForeignKey(Lesson, models.CASCADE)
    read_at = models.DateTimeField("読み終えた日時", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson"], name="read_once_per_learner")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.lesson_id}"
