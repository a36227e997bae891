"""Pages of /cpuinfo/kept/ and /cpuinfo/shared/: what accounts keep and show to others."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseware.classes.http import LearnerRequest, account_of
from courseware.classes.models import User
from courseware.classes.throttling import allowed, identity, rate_limited, too_many_requests
from courseware.hosts import keeping, services
from courseware.hosts.models import NAME_CHARACTERS, KeptHost

View = Callable[..., HttpResponse]


def for_accounts(view: View) -> View:
    """Hand the account on to the view; tell visitors and guests how to come by one (403)."""

    @wraps(view)
    def checked(request: LearnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = account_of(request)
        if account is None:
            return render(request, "hosts/kept_no_account.html", _limits(), status=403)
        try:
            return view(request, account, *args, **kwargs)
        except KeptHost.DoesNotExist:
            raise Http404("残したものの中に見つかりません。") from None

    return checked


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("cpuinfo")
@for_accounts
def kept(request: LearnerRequest, account: User) -> HttpResponse:
    """List what the account keeps; a POST keeps one more."""
    if request.method != "POST":
        return _list(request, account)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        host = keeping.keep(account, request.POST.get("name", ""), text)
    except services.Refused as refusal:
        return _list(request, account, str(refusal), 422)
    messages.success(request, f"「{host.name}」を残しました。")
    return redirect("hosts:kept_host", host.pk)


@never_cache
@require_safe
@for_accounts
def kept_host(request: LearnerRequest, account: User, key: UUID) -> HttpResponse:
    """Show the report on a kept text, with what its owner can do with it."""
    return _host(request, keeping.of(account, key))


@never_cache
@require_POST
@rate_limited("cpuinfo")
@for_accounts
def rename(request: LearnerRequest, account: User, key: UUID) -> HttpResponse:
    """Give a kept text another name."""
    try:
        host = keeping.rename(account, key, request.POST.get("name", ""))
    except services.Refused as refusal:
        return _host(request, keeping.of(account, key), str(refusal), 422)
    messages.success(request, f"名前を「{host.name}」にしました。")
    return redirect("hosts:kept_host", host.pk)


@never_cache
@require_POST
@rate_limited("cpuinfo")
@for_accounts
def share(request: LearnerRequest, account: User, key: UUID) -> HttpResponse:
    """Make a link that shows the report to whoever has it."""
    keeping.share(account, key)
    messages.success(request, "共有のリンクを作りました。")
    return redirect("hosts:kept_host", key)


@never_cache
@require_POST
@rate_limited("cpuinfo")
@for_accounts
def revoke(request: LearnerRequest, account: User, key: UUID) -> HttpResponse:
    """Make the link worthless."""
    keeping.revoke(account, key)
    messages.success(request, "共有をやめました。前のリンクでは、もう開けません。")
    return redirect("hosts:kept_host", key)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("cpuinfo")
@for_accounts
def delete(request: LearnerRequest, account: User, key: UUID) -> HttpResponse:
    """Ask before a kept text is deleted; a POST deletes it."""
    if request.method != "POST":
        return render(request, "hosts/kept_delete.html", {"host": keeping.of(account, key)})
    name = keeping.delete(account, key)
    messages.success(request, f"「{name}」を削除しました。")
    return redirect("hosts:kept")


@never_cache
@require_safe
def shared(request: LearnerRequest, token: str) -> HttpResponse:
    """Show a shared report; nothing tells whose it is, and no search engine keeps it."""
    if not allowed("cpuinfo", identity(request)):  # each look analyses the text
        return too_many_requests(request, "cpuinfo")
    try:
        host = keeping.shared(token)
    except KeptHost.DoesNotExist:
        raise Http404("このリンクは無効です。") from None
    card = services.analyse_stored(host.text, f"共有された本文「{host.name}」")
    response = render(request, "hosts/shared.html", {"host": host, "card": card})
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _list(
    request: LearnerRequest, account: User, problem: str = "", status: int = 200
) -> HttpResponse:
    hosts = list(keeping.kept_by(account))
    context = {"hosts": hosts, "problem": problem, "used": sum(host.size for host in hosts)}
    return render(request, "hosts/kept.html", context | _limits(), status=status)


def _host(
    request: LearnerRequest, host: KeptHost, problem: str = "", status: int = 200
) -> HttpResponse:
    card = services.analyse_stored(host.text, f"残した本文「{host.name}」")
    context = {"host": host, "card": card, "problem": problem, "name_characters": NAME_CHARACTERS}
    if host.share_token:
        address = reverse("hosts:shared", args=[host.share_token])
        context["share_url"] = request.build_absolute_uri(address)
    return render(request, "hosts/kept_host.html", context, status=status)


def _limits() -> dict[str, object]:
    return {"max_hosts": settings.CPUINFO_KEPT_HOSTS, "max_bytes": settings.CPUINFO_KEPT_BYTES}
