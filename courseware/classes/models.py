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

    class Role(models.TextChoices):
        """What an account is for. On the user's row, so that no page pays a query for it."""

        STUDENT = "student", "受講者"
        INSTRUCTOR = "instructor", "講師"

    is_guest = models.BooleanField("ゲスト", default=False)
    role = models.CharField("役割", max_length=16, choices=Role, default=Role.STUDENT)

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

    @property
    def may_write_lessons(self) -> bool:
        """True for those who may read drafts, and write and publish lessons."""
        return self.is_active and self.role == self.Role.INSTRUCTOR


def guest_username() -> str:
    """Return a fresh reserved name for a guest."""
    return f"{GUEST_PREFIX}{uuid.uuid4().hex}"
