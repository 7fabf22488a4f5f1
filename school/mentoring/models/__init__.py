"""Tables of mentoring, one module a topic."""

from school.mentoring.models.growth import (
    PlanEvidence,
    Requirement,
    RequirementDone,
    TeacherProfile,
    TeamAppraisal,
    TeamWeights,
    TierChange,
    YearPlan,
)
from school.mentoring.models.research import Attendance, Project, ProjectMember, ProjectStep, ResearchActivity
from school.mentoring.models.triads import (
    Acceptance,
    AcceptanceRubric,
    AcceptanceScore,
    Agreement,
    MentorDuty,
    MentorEntry,
    MentorFile,
    Signature,
    Triad,
    TriadMember,
)

__all__ = [
    "Acceptance",
    "AcceptanceRubric",
    "AcceptanceScore",
    "Agreement",
    "Attendance",
    "MentorDuty",
    "MentorEntry",
    "MentorFile",
    "PlanEvidence",
    "Project",
    "ProjectMember",
    "ProjectStep",
    "Requirement",
    "RequirementDone",
    "ResearchActivity",
    "Signature",
    "TeacherProfile",
    "TeamAppraisal",
    "TeamWeights",
    "TierChange",
    "Triad",
    "TriadMember",
    "YearPlan",
]
