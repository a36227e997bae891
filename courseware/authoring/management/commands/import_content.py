"""Import lessons, questions and labs from their files; all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseware.authoring.importing import import_content
from courseware.markup.errors import ContentError


class Command(BaseCommand):
    """``manage.py import_content``."""

    help = "教材のファイルを取り込みます。誤りが一つでもあれば、何も取り込みません。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder of the content (default: settings.CONTENT_DIR)."""
        parser.add_argument("directory", nargs="?", type=Path, default=settings.CONTENT_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was imported, or fail with every problem, a line each."""
        try:
            report = import_content(options["directory"])
        except ContentError as error:
            raise CommandError(
                "教材に誤りがあるため、何も取り込みませんでした "
                f"({len(error.problems)} 件)。\n{error}"
            ) from None
        for warning in report["warnings"]:
            self.stderr.write(warning)
        self.stdout.write(
            f"教材を取り込みました: 新しい版 {report['created']} 件、"
            f"変更なし {report['unchanged']} 件。"
        )
