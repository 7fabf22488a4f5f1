"""How long each of the demo's sixty teachers has taught: many young ones, few old hands; title and age group go with it."""

from school.mentoring.enums import AgeGroup, Title

# Full years of teaching in the demo's school year, by post (`school.demo.staff.posts`): thirteen novices below three years,
# those between who may sit in the middle, and chiefs in every subject.
YEARS = (
    *(30, 22),  # principal, teaching office
    *(8, 1, 17, 1, 10),  # grade 1: three of Chinese, two of maths
    *(12, 2, 9, 13, 21),
    *(19, 7, 20, 1, 8),  # grade 3: homeroom 14, leader3 15, teacher 16, prep 17
    *(24, 2, 25, 5, 23),
    *(16, 1, 8, 6, 26),
    *(28, 1, 21, 3, 15),
    *(18, 9, 1, 13),  # English
    *(22, 2, 6, 14),  # morality
    *(15, 7, 1, 19),  # science
    *(27, 11, 2, 8, 16, 4),  # PE
    *(17, 5, 1, 24),  # music
    *(20, 2, 9, 13),  # art
    *(12, 7),  # IT
)
STARTED_AT = 23  # the age at which most begin


def title_of(position: int) -> Title:
    """The title that goes with a post's years: a senior one for two of three from 15 years on, a full one for very few."""
    years = YEARS[position]
    if years >= 28:
        return Title.FULL_SENIOR
    if years >= 15:
        return Title.FIRST if position % 3 == 0 else Title.SENIOR
    return Title.FIRST if years >= 8 else Title.SECOND if years >= 3 else Title.THIRD if years >= 2 else Title.NONE


def age_group_of(position: int) -> AgeGroup:
    """The age group that goes with a post's years."""
    age = YEARS[position] + STARTED_AT
    return AgeGroup.UNDER_36 if age < 36 else AgeGroup.FROM_36 if age < 46 else AgeGroup.FROM_46
