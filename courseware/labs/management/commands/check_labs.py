"""Check labs: the solution passes, the starter and typical wrong programs are told why not."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseware.labs import importing
from courseware.labs.checking import problems_of, results_of
from courseware.labs.importing import LabText
from courseware.markup.errors import ContentError


class Command(BaseCommand):
    """``manage.py check_labs [NAME …]``: every test of the starter and of the wrong programs."""

    help = "演習の解答、配るプログラム、よくある誤りを採点し、直すところを表示します。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the labs' names and the folder of the content."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="演習のフォルダーの名前")
        parser.add_argument("--content", type=Path, default=settings.CONTENT_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the tests say, then what must be mended. Raises CommandError for that."""
        try:
            labs = importing.read(options["content"], options["names"]).labs
        except ContentError as error:
            raise CommandError("\n".join(map(str, error.problems))) from None
        if unknown := set(options["names"]) - set(labs):
            raise CommandError(f"演習がありません: {'、'.join(sorted(unknown))}")
        problems = []
        for name, lab in labs.items():
            self.stdout.write(f"== {name}: {lab.meta['title']}")
            self._print(lab)
            problems += [f"{name}: {problem}" for problem in problems_of(lab)]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("すべて合格です。")

    def _print(self, lab: LabText) -> None:
        if lab.tests is None:
            return
        programs = [("配るプログラム", lab.starter)]
        programs += [(program.name, program.source) for program in lab.wrong]
        for title, source in programs:
            self.stdout.write(f"-- {title}")
            try:
                results = results_of(source, lab.tests)
            except ValueError as error:
                self.stdout.write(f"  ✗ {error}")
                continue
            for result in results:
                mark = "✓" if result.passed else "✗"
                details = f" | {result.expected} | {result.actual}" if result.given else ""
                self.stdout.write(f"  {mark} {result.name}: {result.message}{details}")
