"""URLs of one view that does nothing: the peer of the pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def empty(request: HttpRequest) -> HttpResponse:
    """Return an empty page."""
    return HttpResponse()


urlpatterns = [path("", empty)]
