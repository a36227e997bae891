"""Pages of people: sign up, sign in, my page."""

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courseware.classes import my_page as my_page_registry
from courseware.classes import services, throttling
from courseware.classes.forms import SignInForm, SignUpForm, name_taken, normalized
from courseware.classes.http import BACKEND, LearnerRequest, account_of, refusal
from courseware.classes.models import User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@throttling.rate_limited("signup", who=throttling.address)
def sign_up(request: LearnerRequest) -> HttpResponse:
    """Create an account; what this browser did as a guest becomes the account's."""
    if account_of(request):
        return redirect("classes:my_page")
    form = SignUpForm(request.POST or None)
    account = _account(request, form) if request.method == "POST" else None
    if account:
        login(request, account, backend=BACKEND)
        return redirect("classes:my_page")
    return render(
        request,
        "classes/sign_up.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


def _account(request: LearnerRequest, form: SignUpForm) -> User | None:
    """Return the account that the form makes, or has made when it was sent before."""
    if form.is_valid():
        try:
            return services.sign_up(
                request.learner, form.cleaned_data["username"], form.cleaned_data["password1"]
            )
        except IntegrityError:
            form.add_error("username", name_taken())
    if not form.has_error("username", "unique"):
        return None
    account = services.just_signed_up(normalized(form.data["username"]), form.data["password1"])
    if account and request.learner:
        services.merge_guest(request.learner, account)
    return account


class SignIn(LoginView):
    """Sign in; what this browser did as a guest moves to the account."""

    template_name = "classes/login.html"
    authentication_form = SignInForm

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Refuse more tries after too many that failed (see _counters)."""
        for kind, *who in self._counters():
            if throttling.exhausted(kind, *who):
                return throttling.too_many_requests(request, kind)
        return super().post(request, *args, **kwargs)

    def _counters(self) -> list[tuple[str, ...]]:
        """Return what counts a failed try: account and address together, and each alone.

        The first is low; the others are so high that neither a class behind one address nor
        a name that a stranger tries from elsewhere is shut out.
        """
        address = throttling.address(self.request)
        name = normalized(self.request.POST.get("username", "")[:150]).casefold()
        return [
            ("login", name, address),
            ("login_account", name),
            ("login_address", address),
        ]

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """Count the failed try."""
        for kind, *who in self._counters():
            throttling.allowed(kind, *who)
        return super().form_invalid(form)

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """Move the guest's work, then sign in: a failed move leaves the guest signed in, whole."""
        guest = self.request.user
        if guest.is_authenticated and guest.is_guest:
            services.merge_guest(guest, form.get_user())
        return super().form_valid(form)


@never_cache
@require_safe
def my_page(request: LearnerRequest) -> HttpResponse:
    """Show the learner's progress, past attempts and programs."""
    if request.learner is None:
        return redirect(f"{reverse('classes:login')}?next={reverse('classes:my_page')}")
    return render(
        request,
        "classes/my_page.html",
        {"sections": list(my_page_registry.sections(request.learner))},
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in Japanese that the form was too old or came from elsewhere."""
    return refusal(request, "403_csrf.html", {}, 403)
