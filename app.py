"""WSGI entry."""

import gc

from school.factory import create_app

app = create_app()
gc.freeze()  # what was loaded stays: the collector need not walk through all of pandas in the middle of a request
