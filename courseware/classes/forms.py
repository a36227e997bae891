"""Forms to sign up and to sign in."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm

from courseware.classes.models import GUEST_PREFIX, User


def normalized(username: str) -> str:
    """Return the name in NFKC without blanks around it: full-width letters are the same name."""
    return unicodedata.normalize("NFKC", username).strip()


class NamedErrors(forms.Form):
    """A form whose messages name the field that is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = f"{field.label}を入力してください。"


class SignUpForm(NamedErrors, UserCreationForm):
    """Ask for a name and a password (twice)."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts = {
            "username": "文字、数字、記号 @ . + - _ を使えます。日本語の名前も使えます。"
            "長さは 150 文字までです。"
        }

    def clean_username(self) -> str:
        """Return the normalized name. Raises ValidationError for a name that is not free."""
        username = normalized(self.cleaned_data["username"])
        if username.lower().startswith(GUEST_PREFIX):
            raise forms.ValidationError(
                f"「{GUEST_PREFIX}」で始まる名前は使えません。別の名前にしてください。"
            )
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("この名前はすでに使われています。別の名前にしてください。")
        return username


class SignInForm(NamedErrors, AuthenticationForm):
    """Ask for name and password; one message for every failure, so that names are not told."""

    error_messages = {
        "invalid_login": "ユーザー名またはパスワードが正しくありません。",
        "inactive": "ユーザー名またはパスワードが正しくありません。",
    }

    def clean_username(self) -> str:
        """Return the name as sign-up stored it."""
        return normalized(self.cleaned_data["username"])
