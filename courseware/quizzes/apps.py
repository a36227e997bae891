"""Registers the app with Django."""

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    """Names the app, also in Japanese."""

    name = "courseware.quizzes"
    verbose_name = "クイズ"
