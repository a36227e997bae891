from django.apps import AppConfig


class HostsConfig(AppConfig):
    name = "courseware.hosts"
    verbose_name = "ホスト"
