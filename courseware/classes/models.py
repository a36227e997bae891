"""People. A guest is a user without a name; sign-up turns the same row into an account."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

GUEST_PREFIX = "guest-"


class User(AbstractUser):
    """A learner, with an account or without one.

    Everything that a learner does points at this row. Because sign-up names the
    guest's row instead of copying it, nothing can be moved twice or be lost.
    """

    is_guest = models.BooleanField("ゲスト", default=False)

    class Meta:
        verbose_name = "利用者"
        verbose_name_plural = "利用者"
        constraints = [
            # A guest can never sign in: it has no usable password and a reserved name.
            models.CheckConstraint(
                name="guest_names_are_reserved",
                condition=models.Q(is_guest=True, username__startswith=GUEST_PREFIX)
                | (models.Q(is_guest=False) & ~models.Q(username__startswith=GUEST_PREFIX)),
            ),
        ]

    @property
    def is_account(self) -> bool:
        """True for a signed-up user, False for a guest."""
        return not self.is_guest


def guest_username() -> str:
    """Return a fresh reserved name for a guest."""
    return f"{GUEST_PREFIX}{uuid.uuid4().hex}"
