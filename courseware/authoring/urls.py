"""URLs of the app."""

app_name = "authoring"
urlpatterns: list = []
