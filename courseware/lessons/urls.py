"""URLs of the app."""

app_name = "lessons"
urlpatterns: list = []
