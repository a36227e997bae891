"""Forms to sign up and to sign in."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm

from courseware.classes.models import GUEST_PREFIX, User

NAME_TAKEN = "この名前はすでに使われています。別の名前にしてください。"


def normalized(username: str) -> str:
    """Return the name in NFKC without blanks around it: full-width letters are the same name."""
    return unicodedata.normalize("NFKC", username).strip()


def name_taken() -> forms.ValidationError:
    """Return the error for a name that another account has."""
    return forms.ValidationError(NAME_TAKEN, code="unique")


class NamedErrors(forms.Form):
    """A form whose messages name the field that is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {
                "required": f"{field.label}を入力してください。",
                "null_characters_not_allowed": f"{field.label}に使えない文字があります。",
            }


class SignUpForm(NamedErrors, UserCreationForm):
    """Ask for a name and a password (twice)."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts = {
            "username": "文字、数字、記号 @ . + - _ を使えます。日本語の名前も使えます。"
            "長さは 150 文字までです。"
        }
        error_messages = {
            "username": {
                "invalid": "ユーザー名に使えない文字があります。文字、数字、記号 @ . + - _ だけで"
                "書いてください (空白は使えません)。",
                "max_length": "ユーザー名が長すぎます (%(show_value)d 文字)。"
                "150 文字までにしてください。",
                "unique": NAME_TAKEN,
            }
        }

    error_messages = {"password_mismatch": "二つのパスワードが一致しません。"}

    def full_clean(self) -> None:
        """Validate, and let the first field with an error have the focus."""
        super().full_clean()
        wrong = next((name for name in self.fields if self.is_bound and name in self.errors), None)
        if wrong is None:
            return
        for name, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if name == wrong:
                field.widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        """Return the normalized name. Raises ValidationError for a name that is not free."""
        username = normalized(self.cleaned_data["username"])
        if username.lower().startswith(GUEST_PREFIX):
            raise forms.ValidationError(
                f"「{GUEST_PREFIX}」で始まる名前は使えません。別の名前にしてください。"
            )
        if User.objects.filter(username__iexact=username).exists():
            raise name_taken()
        return username

    def validate_password_for_user(self, user: AbstractBaseUser, **_: object) -> None:
        """Tell what is wrong with the password where it is typed first."""
        super().validate_password_for_user(user, "password1")  # type: ignore[misc]


class SignInForm(NamedErrors, AuthenticationForm):
    """Ask for name and password; one message for every failure, so that names are not told."""

    error_messages = {
        "invalid_login": "ユーザー名またはパスワードが正しくありません。",
        "inactive": "ユーザー名またはパスワードが正しくありません。",
    }

    def clean_username(self) -> str:
        """Return the name as sign-up stored it."""
        return normalized(self.cleaned_data["username"])
