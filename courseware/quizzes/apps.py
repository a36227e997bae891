from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "courseware.quizzes"
    verbose_name = "クイズ"
