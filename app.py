"""WSGI entry."""

from school.factory import create_app

app = create_app()
