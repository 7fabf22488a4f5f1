"""Commands of courses, one module a topic."""

from school.courses.commands.check import check
from school.courses.commands.draw import draw_command, verify_draw
from school.courses.commands.offers import settle_offers

commands = [check, draw_command, verify_draw, settle_offers]
