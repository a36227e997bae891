"""URLs of people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from courseware.classes import views

app_name = "classes"
urlpatterns = [
    path("accounts/signup/", views.sign_up, name="sign_up"),
    path("accounts/login/", views.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("me/", views.my_page, name="my_page"),
]
