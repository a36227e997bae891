"""URLs of the app."""

app_name = "hosts"
urlpatterns: list = []
