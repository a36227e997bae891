"""Create the first instructor with a generated password, which is shown this once."""

from typing import Any

from django.core.management.base import BaseCommand

from courseware.classes import services


class Command(BaseCommand):
    """``manage.py create_local_instructor``."""

    help = "講師が一人もいないときだけ、生成したパスワードで講師を一人作ります。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the name and the password, or nothing when there is an instructor."""
        password = services.create_first_instructor("instructor")
        if password is None:
            return
        self.stdout.write(
            "\n講師アカウントを作りました。パスワードの表示はこの一度だけです。控えてください。\n"
            f"  ユーザー名: instructor\n  パスワード: {password}\n"
        )
