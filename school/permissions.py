"""Who may do what: one table of roles and permissions, the same that the administrator sees."""

from enum import StrEnum


class Role(StrEnum):
    """A role a person holds for a time and, for most of them, for a scope."""

    GUARDIAN = "guardian"
    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM_TEACHER = "homeroom_teacher"
    PREP_LEADER = "prep_leader"
    GRADE_LEADER = "grade_leader"
    TEACHING_OFFICE = "teaching_office"
    PRINCIPAL = "principal"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The school's word."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.GUARDIAN: "家长",
    Role.SUBJECT_TEACHER: "任课教师",
    Role.HOMEROOM_TEACHER: "班主任",
    Role.PREP_LEADER: "备课组长",
    Role.GRADE_LEADER: "年级组长",
    Role.TEACHING_OFFICE: "教导处",
    Role.PRINCIPAL: "校长",
    Role.ADMINISTRATOR: "管理员",
}


class Permission(StrEnum):
    """Something a view needs; whether this very row may be touched is each feature's `policy`."""

    OWN_ACCOUNT = "own_account"
    SEE_OWN_CHILDREN = "see_own_children"
    FILE_HOMEWORK = "file_homework"
    COORDINATE_HOMEWORK = "coordinate_homework"
    APPROVE_HOMEWORK = "approve_homework"
    SEE_HOMEWORK_REPORT = "see_homework_report"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    ISSUE_CODES = "issue_codes"
    MANAGE_ROLES = "manage_roles"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_PREFERENCES = "manage_preferences"
    SEE_AUDIT = "see_audit"
    CHOOSE_COURSES = "choose_courses"
    TEACH_COURSES = "teach_courses"
    SEE_COURSE_RESULTS = "see_course_results"
    MANAGE_COURSES = "manage_courses"
    OWN_GROWTH = "own_growth"
    LEAD_RESEARCH = "lead_research"
    ASSESS_MENTORING = "assess_mentoring"
    MANAGE_MENTORING = "manage_mentoring"
    SEE_MENTORING_REPORT = "see_mentoring_report"

    @property
    def label(self) -> str:
        """What it lets a person do, in Chinese."""
        return _PERMISSION_LABELS[self]


_PERMISSION_LABELS = {
    Permission.OWN_ACCOUNT: "管理自己的账号",
    Permission.SEE_OWN_CHILDREN: "查看自己孩子的信息",
    Permission.FILE_HOMEWORK: "填报所教班级的作业",
    Permission.COORDINATE_HOMEWORK: "统筹并公示本班作业",
    Permission.APPROVE_HOMEWORK: "审核公示、批准放宽学校上限",
    Permission.SEE_HOMEWORK_REPORT: "查看作业合规报表",
    Permission.SEE_PEOPLE: "查看班级、学生和教师名单",
    Permission.MANAGE_PEOPLE: "导入名单、办理学籍变动",
    Permission.ISSUE_CODES: "打印和重发一次性登录码",
    Permission.MANAGE_ROLES: "任免职务",
    Permission.MANAGE_CALENDAR: "维护校历",
    Permission.MANAGE_PREFERENCES: "修改学校设置",
    Permission.SEE_AUDIT: "查看操作记录",
    Permission.CHOOSE_COURSES: "为自己的孩子选课",
    Permission.TEACH_COURSES: "查看自己所开课程的名单",
    Permission.SEE_COURSE_RESULTS: "查看班级的选课结果",
    Permission.MANAGE_COURSES: "维护课程、组织选课和摇号",
    Permission.OWN_GROWTH: "记录自己的师徒结对、年度计划和教研",
    Permission.LEAD_RESEARCH: "登记教研活动和课题、确认统一要求",
    Permission.ASSESS_MENTORING: "参加三人行验收评分",
    Permission.MANAGE_MENTORING: "组织三人行、分层和团队评价",
    Permission.SEE_MENTORING_REPORT: "查看教师成长报表",
}

_P = Permission

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GUARDIAN: frozenset({_P.OWN_ACCOUNT, _P.SEE_OWN_CHILDREN, _P.CHOOSE_COURSES}),
    Role.SUBJECT_TEACHER: frozenset({_P.OWN_ACCOUNT, _P.FILE_HOMEWORK, _P.TEACH_COURSES, _P.OWN_GROWTH}),
    Role.HOMEROOM_TEACHER: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.FILE_HOMEWORK,
            _P.COORDINATE_HOMEWORK,
            _P.SEE_PEOPLE,
            _P.TEACH_COURSES,
            _P.SEE_COURSE_RESULTS,
            _P.OWN_GROWTH,
        }
    ),
    Role.PREP_LEADER: frozenset(
        {_P.OWN_ACCOUNT, _P.FILE_HOMEWORK, _P.TEACH_COURSES, _P.OWN_GROWTH, _P.LEAD_RESEARCH, _P.ASSESS_MENTORING}
    ),
    Role.GRADE_LEADER: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.FILE_HOMEWORK,
            _P.APPROVE_HOMEWORK,
            _P.SEE_HOMEWORK_REPORT,
            _P.SEE_PEOPLE,
            _P.TEACH_COURSES,
            _P.SEE_COURSE_RESULTS,
            _P.OWN_GROWTH,
            _P.LEAD_RESEARCH,
            _P.ASSESS_MENTORING,
        }
    ),
    Role.TEACHING_OFFICE: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.FILE_HOMEWORK,
            _P.COORDINATE_HOMEWORK,
            _P.APPROVE_HOMEWORK,
            _P.SEE_HOMEWORK_REPORT,
            _P.SEE_PEOPLE,
            _P.MANAGE_CALENDAR,
            _P.MANAGE_PREFERENCES,
            _P.TEACH_COURSES,
            _P.SEE_COURSE_RESULTS,
            _P.MANAGE_COURSES,
            _P.OWN_GROWTH,
            _P.LEAD_RESEARCH,
            _P.ASSESS_MENTORING,
            _P.MANAGE_MENTORING,
            _P.SEE_MENTORING_REPORT,
        }
    ),
    Role.PRINCIPAL: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.APPROVE_HOMEWORK,
            _P.SEE_HOMEWORK_REPORT,
            _P.SEE_PEOPLE,
            _P.MANAGE_PREFERENCES,
            _P.SEE_AUDIT,
            _P.SEE_COURSE_RESULTS,
            _P.ASSESS_MENTORING,
            _P.SEE_MENTORING_REPORT,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.SEE_PEOPLE,
            _P.MANAGE_PEOPLE,
            _P.ISSUE_CODES,
            _P.MANAGE_ROLES,
            _P.MANAGE_CALENDAR,
            _P.MANAGE_PREFERENCES,
            _P.SEE_AUDIT,
        }
    ),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Everything the roles permit together."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
