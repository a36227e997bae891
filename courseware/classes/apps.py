"""Registers the app with Django."""

from django.apps import AppConfig


class ClassesConfig(AppConfig):
    """Names the app, also in Japanese."""

    name = "courseware.classes"
    verbose_name = "利用者"
