"""The group `flask school report`; every feature that has a report adds its command to it."""

from flask.cli import AppGroup

report = AppGroup("report", help="Reports.")

commands = (report,)
