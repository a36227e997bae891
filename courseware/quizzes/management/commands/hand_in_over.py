"""Hand in the attempts whose time is over, also those that nobody looks at any more."""

from typing import Any

from django.core.management.base import BaseCommand

from courseware.quizzes.sittings import hand_in_over


class Command(BaseCommand):
    """``manage.py hand_in_over``, for a timer: doing it twice changes nothing."""

    help = "時間になった模擬試験の記録を、保存されている答えで提出します。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were handed in."""
        self.stdout.write(f"時間になった記録を {hand_in_over()} 件提出しました。")
