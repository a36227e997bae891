from django.apps import AppConfig


class HostsConfig(AppConfig):
    name = "courseware.hosts"
    verbose_name = "ホスト"

    def ready(self) -> None:
        """Let questions ask about the samples."""
        from courseware.grading import reading
        from courseware.hosts.examining import examine

        reading.use(examine)
