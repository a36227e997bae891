"""What the editor asks the server for: the words of the assembly language."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import etag, require_safe

from courseware.labs.words import words_as_json, words_tag

FRESH_SECONDS = 60 * 60  # that a browser uses the words without asking


@require_safe
@gzip_page
@cache_control(max_age=FRESH_SECONDS)
@etag(lambda request: words_tag())
def words(request: HttpRequest) -> HttpResponse:
    """Answer with the words as JSON (see ``machine.reference.AssemblyWords``)."""
    return HttpResponse(words_as_json(), content_type="application/json")
