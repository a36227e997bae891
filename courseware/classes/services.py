"""What people do: come as a guest, sign up, sign in, and keep what they did."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone

from courseware.classes.models import User, guest_username

REPEAT = timedelta(minutes=1)  # within which the same sign-up is a repetition


def create_guest() -> User:
    """Return a new guest, who owns what a browser without an account does."""
    guest = User(username=guest_username(), is_guest=True)
    guest.set_unusable_password()
    guest.save()
    return guest


@transaction.atomic
def sign_up(guest: User | None, username: str, password: str) -> User:
    """Return the new account; a guest's row becomes it, with everything that it owns.

    Raises IntegrityError when the name was taken in the meantime, and then nothing
    has changed. A guest that has become an account already is left alone: a second
    sign-up from the same browser makes a separate account.
    """
    user = (
        User.objects.select_for_update().filter(pk=guest.pk, is_guest=True).first()
        if guest
        else None
    ) or User()
    user.username = username
    user.is_guest = False
    user.date_joined = timezone.now()
    user.set_password(password)
    user.save()
    return user


def just_signed_up(username: str, password: str) -> User | None:
    """Return the account of that name and password when it was made a moment ago.

    So that a sign-up form that is sent twice (a double click, a retry) is answered once and
    the same. Only for REPEAT: the sign-up page is no second place to try passwords at.
    """
    account = User.objects.filter(
        username=username, is_guest=False, date_joined__gte=timezone.now() - REPEAT
    ).first()
    return account if account and account.check_password(password) else None


@transaction.atomic
def merge_guest(guest: User, account: User) -> None:
    """Give an account all that a guest did, exactly once, and remove the guest.

    Every foreign key to User is re-pointed, so an app added later is covered too.
    A row that the account has already (a unique constraint) is dropped with the guest.
    Locking the guest's row makes a second, concurrent merge find nothing to do.
    """
    locked = User.objects.select_for_update().filter(pk=guest.pk, is_guest=True).first()
    if locked is None:
        return
    for relation in User._meta.related_objects:
        if relation.one_to_many or relation.one_to_one:
            _repoint(relation, locked, account)
    locked.delete()


def _repoint(relation: ForeignObjectRel, guest: User, account: User) -> None:
    field = relation.field.name
    for row in relation.related_model._base_manager.filter(**{field: guest}):
        setattr(row, field, account)
        try:
            with transaction.atomic():
                row.save(update_fields=[field])
        except IntegrityError:
            continue


@transaction.atomic
def create_first_instructor(username: str) -> str | None:
    """Create an instructor account and return its generated password.

    Returns None, and changes nothing, when there is an instructor already.
    """
    if User.objects.filter(role=User.Role.INSTRUCTOR).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_user(username=username, password=password, role=User.Role.INSTRUCTOR)
    return password
