"""Tables of parent school and home visits."""

from school.parentschool.models.corps import FamilyMentor, MentorRequest
from school.parentschool.models.presence import FamilyPresence, ParentCertificate, ReadingNote, SessionFeedback
from school.parentschool.models.sessions import ParentSession, PlanRow, SessionDate, SessionMaterial, SignUp
from school.parentschool.models.visits import FollowUp, HomeVisit, PlannedVisit, VisitLook

__all__ = [
    "FamilyMentor",
    "FamilyPresence",
    "FollowUp",
    "HomeVisit",
    "MentorRequest",
    "ParentCertificate",
    "ParentSession",
    "PlanRow",
    "PlannedVisit",
    "ReadingNote",
    "SessionDate",
    "SessionFeedback",
    "SessionMaterial",
    "SignUp",
    "VisitLook",
]
