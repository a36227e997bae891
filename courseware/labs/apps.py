from django.apps import AppConfig


class LabsConfig(AppConfig):
    name = "courseware.labs"
    verbose_name = "演習"
