"""URLs of the app."""

app_name = "labs"
urlpatterns: list = []
