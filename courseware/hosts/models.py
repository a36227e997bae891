"""Texts that accounts keep. What visitors and guests analyse is stored nowhere."""

import uuid

from django.conf import settings
from django.db import models

NAME_CHARACTERS = 100  # of a kept text's name; the pages tell it


class KeptHost(models.Model):
    """A /proc/cpuinfo text that its owner keeps, without what names one machine.

    Whoever has ``share_token`` may read the report; null when it is not shared.
    """

    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="kept_hosts")
    name = models.CharField("名前", max_length=NAME_CHARACTERS)
    # cpuinfo.privacy.without_serials() of what was given
    text = models.TextField("本文")
    size = models.PositiveIntegerField("本文のバイト数")
    # Null, not an empty text: many rows may be without a link.
    share_token = models.CharField(  # noqa: DJ001
        "共有の鍵", max_length=64, unique=True, null=True, default=None, editable=False
    )
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["owner", "-created_at"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="a_kept_host_has_a_name"),
            models.CheckConstraint(
                condition=~models.Q(share_token=""), name="a_share_token_is_no_empty_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    @property
    def key(self) -> str:
        """Return the identifier as text, for a form's value."""
        return str(self.pk)
