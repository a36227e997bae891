"""What accounts do with texts that they keep: keep, name, share, delete.

Every function takes the account that acts; what is another's is as if it were not there.
"""

import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum

from courseware.classes.models import User
from courseware.cpuinfo.privacy import without_serials
from courseware.cpuinfo.text import read
from courseware.hosts.models import NAME_CHARACTERS, KeptHost
from courseware.hosts.services import Refused, limits

TOKEN_BYTES = 32  # of a share link: nobody guesses it


def cleaned(raw: str | bytes) -> str:
    """Return a given text as it may be stored: readable, without what names one machine.

    Serial numbers, UUIDs and MAC addresses are replaced; lines keep their numbers.
    """
    return without_serials("\n".join(read(raw, limits()).lines))


@transaction.atomic
def keep(owner: User, name: str, text: str) -> KeptHost:
    """Store a text under a name and return it. Raises Refused for a guest or over a limit."""
    if not owner.is_account:
        raise Refused("本文を残すには、登録してログインしてください。")
    stored = cleaned(text)
    if not stored.strip():
        raise Refused("残す本文が空です。先に本文を調べてください。")
    # Lock the owner: two tabs that keep at once are counted one after the other.
    User.objects.select_for_update().get(pk=owner.pk)
    mine = KeptHost.objects.filter(owner=owner)
    if mine.count() >= settings.CPUINFO_KEPT_HOSTS:
        raise Refused(
            f"残せるのは {settings.CPUINFO_KEPT_HOSTS} 件までです。"
            "要らないものを削除してから、もう一度残してください。"
        )
    size = len(stored.encode("utf-8", "surrogatepass"))
    used = mine.aggregate(total=Sum("size"))["total"] or 0
    if used + size > settings.CPUINFO_KEPT_BYTES:
        raise Refused(
            f"残せる本文は合わせて {settings.CPUINFO_KEPT_BYTES:,} バイトまでです"
            f" (今は {used:,} バイト、この本文は {size:,} バイト)。"
            "要らないものを削除してから、もう一度残してください。"
        )
    return KeptHost.objects.create(owner=owner, name=_name(name), text=stored, size=size)


def kept_by(owner: User) -> QuerySet[KeptHost]:
    """Return the account's kept hosts, newest first, without their texts (one query)."""
    return KeptHost.objects.filter(owner=owner).defer("text")


def of(owner: User, key: UUID) -> KeptHost:
    """Return one of the account's kept hosts. Raises KeptHost.DoesNotExist."""
    return KeptHost.objects.get(owner=owner, pk=key)


def shared(token: str) -> KeptHost:
    """Return the host behind a share link. Raises KeptHost.DoesNotExist, also once revoked."""
    return KeptHost.objects.get(share_token=token)


@transaction.atomic
def rename(owner: User, key: UUID, name: str) -> KeptHost:
    """Give a kept host another name. Raises Refused, KeptHost.DoesNotExist."""
    host = _locked(owner, key)
    host.name = _name(name)
    host.save(update_fields=["name"])
    return host


@transaction.atomic
def share(owner: User, key: UUID) -> KeptHost:
    """Give a kept host a link; one that is shared keeps its link."""
    host = _locked(owner, key)
    if host.share_token is None:
        host.share_token = secrets.token_urlsafe(TOKEN_BYTES)
        host.save(update_fields=["share_token"])
    return host


@transaction.atomic
def revoke(owner: User, key: UUID) -> KeptHost:
    """Make the link of a kept host worthless; sharing again makes another."""
    host = _locked(owner, key)
    host.share_token = None
    host.save(update_fields=["share_token"])
    return host


@transaction.atomic
def delete(owner: User, key: UUID) -> str:
    """Delete a kept host with its link, and return its name."""
    host = _locked(owner, key)
    host.delete()
    return host.name


def _locked(owner: User, key: UUID) -> KeptHost:
    return KeptHost.objects.select_for_update().defer("text").get(owner=owner, pk=key)


def _name(typed: str) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
    if not name:
        raise Refused("名前を入力してください。")
    if len(name) > NAME_CHARACTERS:
        raise Refused(
            f"名前は {NAME_CHARACTERS} 文字以内で入力してください (今は {len(name)} 文字)。"
        )
    return name
