"""Django's rules for passwords, each told in the words of this site."""

from django.contrib.auth import password_validation as rules


class MinimumLength(rules.MinimumLengthValidator):
    """The password is long enough (OPTIONS: min_length, in characters)."""

    def get_error_message(self) -> str:
        """Return what is wrong and how long it must be."""
        return f"パスワードが短すぎます。{self.min_length} 文字以上にしてください。"

    def get_help_text(self) -> str:
        """Return the rule."""
        return f"{self.min_length} 文字以上にしてください。"


class UserAttributeSimilarity(rules.UserAttributeSimilarityValidator):
    """The password is unlike the name."""

    def get_error_message(self) -> str:
        """Return what it is like."""
        return "パスワードがユーザー名と似ています。似ていないものにしてください。"

    def get_help_text(self) -> str:
        """Return the rule."""
        return "ユーザー名と似たものは使えません。"


class Common(rules.CommonPasswordValidator):
    """The password is none of those that attackers try first."""

    def get_error_message(self) -> str:
        """Return why it is refused."""
        return "よく使われるパスワードなので、推測されます。別のものにしてください。"

    def get_help_text(self) -> str:
        """Return the rule."""
        return "よく使われるパスワードは使えません。"


class Numeric(rules.NumericPasswordValidator):
    """The password is not of digits alone."""

    def get_error_message(self) -> str:
        """Return what is missing."""
        return "数字だけのパスワードです。文字や記号も入れてください。"

    def get_help_text(self) -> str:
        """Return the rule."""
        return "数字だけのものは使えません。"
