"""National numbers: constants that the school's settings may only tighten and that features apply.

They stand above the packages because both the settings and homework need them, and neither may know the other.
"""

from collections.abc import Mapping

# 教基厅函〔2021〕13号 §2 by grade, in minutes of written homework a day (HW-01, HW-02, HW-03).
NATIONAL_CAPS: Mapping[int, int] = {1: 0, 2: 0, 3: 60, 4: 60, 5: 60, 6: 60, 7: 90, 8: 90, 9: 90}
