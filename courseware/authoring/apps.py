from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    name = "courseware.authoring"
    verbose_name = "執筆"
