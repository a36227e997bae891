from django.apps import AppConfig


class LabsConfig(AppConfig):
    name = "courseware.labs"
    verbose_name = "演習"

    def ready(self) -> None:
        """Let questions have programs run."""
        from courseware.grading.programs import running
        from courseware.labs.questions import QuestionRunner

        running.use(QuestionRunner())
