"""Registers the app with Django."""

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    """Names the app, also in Japanese."""

    name = "courseware.lessons"
    verbose_name = "レッスン"
