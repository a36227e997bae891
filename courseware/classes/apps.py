from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "courseware.classes"
    verbose_name = "利用者"
