"""Registers the app with Django."""

from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    """Names the app, also in Japanese."""

    name = "courseware.authoring"
    verbose_name = "執筆"
