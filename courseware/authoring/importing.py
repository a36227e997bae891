"""Import the content's files through every app (settings.CONTENT_IMPORTERS)."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from courseware.markup.errors import ContentError, Problem


def import_content(root: Path) -> dict[str, Any]:
    """Store what the files under ``root`` say and return the sums of the apps' reports.

    All files are read and checked first, and all is stored in one transaction: raises
    ContentError with every problem of every file, and then nothing has changed.
    """
    if not root.is_dir():
        raise ContentError([Problem(str(root), 1, 1, "教材のフォルダーがありません。")])
    importers = [import_module(path) for path in settings.CONTENT_IMPORTERS]
    batches: list[Any] = []
    problems: list[Problem] = []
    for importer in importers:
        try:
            batches.append(importer.read(root))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    with transaction.atomic():
        reports = [importer.save(batch) for importer, batch in zip(importers, batches, strict=True)]
    return {
        "created": sum(report["created"] for report in reports),
        "unchanged": sum(report["unchanged"] for report in reports),
        "warnings": [warning for report in reports for warning in report["warnings"]],
    }
