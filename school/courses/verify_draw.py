#!/usr/bin/env python3
"""Check a published draw with nothing but Python 3.9 or newer: no package, no network, no part of the school's software.

    python3 verify_draw.py draw.json        (or - to read standard input)

It checks that the seed is the one the school committed to before, that the list is the frozen one, that the waiting lists
and the figures follow from it, and, for the draw in rounds, holds the draw again from the start. For the optimum it checks
that no limit is broken; that nothing better exists only the solver can say: flask school verify-draw.

A file that was made up from beginning to end agrees with itself. So it prints three fingerprints: compare them with those
the school published, the first two before the wishes closed and before the draw.
"""

import json
import sys
from hashlib import sha256


def main(arguments):
    """Print what was found; 0 when everything agrees, 1 when something does not, 2 when the file is no published draw."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that has no Chinese
    if len(arguments) != 1:
        print("用法：python3 verify_draw.py 摇号.json（用 - 表示从标准输入读）")
        return 2
    try:
        content = read(arguments[0])
        document = json.loads(content.decode("utf-8-sig"))
        complaints, notes = check(document)
        notes += fingerprints(document, content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        print(f"文件读不懂，不是公布的摇号文件：{type(error).__name__} {error}")
        return 2
    for sentence in notes + complaints:
        print(sentence)
    print(f"不一致：共 {len(complaints)} 处。" if complaints else "全部一致。")
    return 1 if complaints else 0


def read(path):
    """The bytes of the file, or of standard input for -."""
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def fingerprints(document, content):
    """What to compare with the page of the draw, and with what one kept of it."""
    return [
        "请与志愿截止前公布的承诺值对照：{}".format(document["commitment"]),
        "请与冻结时公布的名单 SHA-256 对照：{}".format(document["list_sha256"]),
        f"请与公示页上结果文件的 SHA-256 对照：{sha256(content).hexdigest()}",
    ]


def check(document):
    """Two lists of sentences: what does not agree, and what was checked and agrees."""
    if document["schema"] != "course-draw/1" or document["mechanism"] not in ("rounds", "optimum"):
        raise ValueError("schema {!r}, mechanism {!r}".format(document["schema"], document["mechanism"]))
    complaints, notes = [], []

    def expect(agrees, good, bad):
        (notes if agrees else complaints).append(good if agrees else bad)

    secret, text = document["secret"], document["list"]
    digest = sha256(secret.encode()).hexdigest()
    expect(digest == document["commitment"], "种子与事先公布的承诺值一致。", "种子与事先公布的承诺值不一致。")
    value = document["public_value"]
    seed = f"{secret}:{value}" if value else secret
    expect(seed == document["seed"], "种子的组成正确。", "种子不是由密钥和公开随机数组成的。")
    expect(bool(value) == bool(document["public_source"]), "公开随机数与事先的说明相符。", "公开随机数与事先的说明不符。")
    digest = sha256(text.encode()).hexdigest()
    expect(digest == document["list_sha256"], "名单与冻结时公布的指纹一致。", "名单与冻结时公布的指纹不一致。")
    rows = json.loads(text)
    courses = {row["id"]: row for row in rows["courses"]}
    pupils = {row["id"]: row for row in rows["pupils"]}
    rules = Rules(courses, pupils, rows.get("buffer_minutes", 0))
    given, closed, is_proven = document["assignments"], document["closed"], document["is_proven"]
    is_whole = len(courses) == len(rows["courses"]) and len(pupils) == len(rows["pupils"]) and set(given) == set(pupils)
    expect(is_whole, "每个报名编号都有结果。", "结果里的报名编号与名单不符。")
    if not is_whole:
        return complaints, notes
    order = rules.order(document["seed"], False)
    if document["mechanism"] == "rounds":
        is_said = document["objective"] == "" and is_proven is None
        same = rules.draw(document["seed"]) == (given, closed)
        expect(same, "重新摇号，结果逐一相同。", "重新摇号，得到的结果不同。")
    else:
        is_said = document["objective"] == "nothing-first" and isinstance(is_proven, bool)
        expect(closed == rules.idle(given), "未开班的课程正确。", "未开班的课程与结果不符。")
        notes.append("整体最优：本程序只核对各项限制；“没有更好的结果”要用求解器证明。")
        if is_proven is False:
            notes.append("学校公布：求解器没有在时限内证明这是最好的结果。")
    expect(is_said, "摇号方式的说明完整。", "摇号方式的说明前后不符。")
    broken = rules.broken(given, closed)
    expect(not broken, "没有超额、冲突、超限，兄弟姐妹同上同不上。", "结果违反限制：{}。".format("；".join(broken[:5])))
    queues = rules.queues(order, given, set(closed))
    expect(queues == document["waiting"], "候补名单和顺序正确。", "候补名单或顺序不对。")
    same = not broken and rules.metrics(given, queues, closed) == document["metrics"]
    expect(same, "公布的各项数字正确。", "公布的数字与结果不符。")
    return complaints, notes


class Rules:
    """The limits of a list, and the draw in rounds under them."""

    def __init__(self, courses, pupils, buffer_minutes):
        self.courses, self.pupils, self.buffer = courses, pupils, buffer_minutes
        self.days = {one: {meeting["day"] for meeting in meetings_of(row)} for one, row in courses.items()}
        self.clashes = {
            one: {other for other in courses if other != one and self.is_clash(courses[one], courses[other])} for one in courses
        }
        self.groups = {}
        for number in sorted(pupils):
            for course, name in pupils[number].get("together", {}).items():
                self.groups.setdefault((course, name), []).append(number)

    def is_clash(self, one, other):
        """The same course number, or meetings on a shared day and week less than the buffer apart."""
        if one.get("course") and one.get("course") == other.get("course"):
            return True
        spans = [(row.get("first_on", ""), row.get("last_on", "")) for row in (one, other)]
        for (_first, last), (first, _last) in (spans, spans[::-1]):
            if last and first and last < first:
                return False
        return any(self.overlap(a, b) for a in meetings_of(one) for b in meetings_of(other))

    def overlap(self, a, b):
        """Whether nobody can attend both meetings."""
        if a["day"] != b["day"] or {a.get("weeks", "all"), b.get("weeks", "all")} == {"odd", "even"}:
            return False
        return a["end"] + self.buffer > b["start"] and b["end"] + self.buffer > a["start"]

    def order(self, seed, is_reversed):
        """The numbers by SHA-256 of seed:number, smallest or largest first; higher priorities before lower ones."""
        keyed = sorted(self.pupils, key=lambda one: (sha256((f"{seed}:{one}").encode()).digest(), one), reverse=is_reversed)
        return sorted(keyed, key=lambda one: -self.pupils[one].get("priority", 0))

    def group(self, number, course):
        """The numbers that get a course together or not at all."""
        name = self.pupils[number].get("together", {}).get(course)
        return [number] if name is None else self.groups[course, name]

    def fits(self, number, course, has):
        """Whether the course fits beside what the child has: no clash, and within the limits of week and day."""
        pupil = self.pupils[number]
        has = set(has) | set(pupil.get("held", []))
        if course in has or self.clashes[course] & has:
            return False
        if self.courses[course].get("is_exempt"):
            return True
        counted = [one for one in has if not self.courses[one].get("is_exempt")]
        if len(counted) >= pupil.get("max_courses", 1):
            return False
        most = pupil.get("max_per_day", 0)
        return not most or all(sum(day in self.days[one] for one in counted) < most for day in self.days[course])

    def may_ever(self, number, course):
        """Whether the child and its whole group wished for the course, are in its grades, and could have it alone."""
        for member in self.group(number, course):
            pupil, grades = self.pupils[member], self.courses[course].get("grades") or []
            is_open = not grades or pupil.get("grade") is None or pupil["grade"] in grades
            if course not in pupil["prefs"] or not is_open or not self.fits(member, course, []):
                return False
        return True

    def draw(self, seed):
        """Hold the draw: what each number gets, best wish first, and the courses closed in the order they were.

        Of the courses below their minimum the one is closed that leaves the fewest children without a seat that is safe.
        """
        closed = []
        orders = [self.order(seed, False), self.order(seed, True)]
        possible = {one: [wish for wish in row["prefs"] if self.may_ever(one, wish)] for one, row in self.pupils.items()}
        held = self.rounds(orders, possible, closed)
        below = self.below(held, closed)
        while below:
            options = []
            for one in below:
                again = self.rounds(orders, possible, [*closed, one])
                unsafe = self.below(again, [*closed, one])
                without = sum(all(wish in unsafe for wish in has) for has in again.values())
                options.append((without, *below[one], one, again))
            chosen = min(options, key=lambda option: option[:4])
            closed.append(chosen[3])
            held = chosen[4]
            below = self.below(held, closed)
        return {one: [wish for wish in self.pupils[one]["prefs"] if wish in held[one]] for one in self.pupils}, closed

    def below(self, held, closed):
        """The courses that run with fewer children than their minimum: by how many fewer, and how many they have."""
        counts = {course: sum(course in has for has in held.values()) for course in self.courses}
        short = {course: (counts[course] - row.get("minimum", 0), counts[course]) for course, row in self.courses.items()}
        return {course: value for course, value in short.items() if value[0] < 0 and course not in closed}

    def rounds(self, orders, possible, closed):
        """One course a child a round, the order reversed in every second round, until a round gives nothing."""
        seats = {course: 0 if course in closed else row["capacity"] for course, row in self.courses.items()}
        held = {one: set() for one in self.pupils}
        number, had = 0, set(self.pupils)
        while had:
            had = set()
            for one in orders[number % 2]:
                for wish in possible[one]:
                    group = self.group(one, wish)
                    if seats[wish] < len(group) or had & set(group):
                        continue
                    if all(self.fits(member, wish, held[member]) for member in group):
                        seats[wish] -= len(group)
                        for member in group:
                            held[member].add(wish)
                        had |= set(group)
                        break
            number += 1
        return held

    def queues(self, order, given, closed):
        """Who waits for what: wishes that would fit beside the better ones a child has, in draw order."""
        would = {}
        for one in order:
            better, would[one] = [], set()
            for wish in self.pupils[one]["prefs"]:
                if wish in given[one]:
                    better.append(wish)
                elif wish not in closed and self.may_ever(one, wish) and self.fits(one, wish, better):
                    would[one].add(wish)
        queues = {course: [] for course in self.courses}
        for one in order:
            for wish in self.pupils[one]["prefs"]:
                if all(wish in would[member] for member in self.group(one, wish)):
                    queues[wish].append(one)
        return queues

    def idle(self, given):
        """The courses that need a number of children to run and have none."""
        taken = {course for has in given.values() for course in has}
        return [course for course, row in self.courses.items() if row.get("minimum") and course not in taken]

    def metrics(self, given, queues, closed):
        """The figures of an outcome that keeps to the limits, of everybody and of each grade."""
        counts = {course: sum(course in has for has in given.values()) for course in self.courses}
        grades = sorted({pupil["grade"] for pupil in self.pupils.values() if pupil.get("grade") is not None})
        return {
            **self.figures(given),
            "seats": sum(row["capacity"] for row in self.courses.values()),
            "seats_filled": sum(counts.values()),
            "waiting": sum(len(queue) for queue in queues.values()),
            "courses_full": sum(counts[course] >= row["capacity"] for course, row in self.courses.items()),
            "courses_closed": closed,
            "by_grade": {
                str(grade): self.figures({one: has for one, has in given.items() if self.pupils[one].get("grade") == grade})
                for grade in grades
            },
        }

    def figures(self, given):
        """The figures of some children; a first wish is worth the length of the longest list, unless all wishes are rated."""
        everybody = self.pupils.values()
        is_rated = all(wish in pupil.get("ratings", {}) for pupil in everybody for wish in pupil["prefs"])
        longest = max((len(pupil["prefs"]) for pupil in everybody), default=0)
        got = [(self.pupils[one], wish) for one, has in given.items() for wish in has]
        ranks = [pupil["prefs"].index(wish) for pupil, wish in got]
        counts = {
            "first_wish": sum(pupil["prefs"][0] == wish for pupil, wish in got),
            "any_wish": sum(bool(has) for has in given.values()),
            "nothing": sum(not has and not self.pupils[one].get("held") for one, has in given.items()),
        }
        return {
            "pupils": len(given),
            **{f"with_{name}": count for name, count in counts.items()},
            **{f"share_{name}": round(count / len(given), 4) if given else None for name, count in counts.items()},
            "mean_rank": round(sum(rank + 1 for rank in ranks) / len(ranks), 4) if ranks else None,
            "points": sum(pupil["ratings"][wish] for pupil, wish in got) if is_rated else sum(longest - rank for rank in ranks),
        }

    def is_wish(self, number, course):
        """Whether the list says that the child wished for the course."""
        return course in self.courses and course in self.pupils[number]["prefs"]

    def broken(self, given, closed):
        """Sentences naming every limit the outcome breaks."""
        found = []
        for course, row in self.courses.items():
            count = sum(course in has for has in given.values())
            if count > row["capacity"]:
                found.append(f"{course} 有 {count} 人，名额只有 {row['capacity']}")
            if 0 < count < row.get("minimum", 0):
                found.append(f"{course} 只有 {count} 人，不足 {row['minimum']} 人")
            if count and course in closed:
                found.append(f"{course} 没有开班却有 {count} 人")
        for number, has in given.items():
            if any(not self.is_wish(number, wish) for wish in has):
                found.append(f"{number} 得到没有填报的课程")
                continue
            for position, course in enumerate(has):
                if not self.may_ever(number, course) or not self.fits(number, course, has[:position]):
                    found.append(f"{number} 不能上 {course}")
            if has != [wish for wish in self.pupils[number]["prefs"] if wish in has]:
                found.append(f"{number} 的结果没有按志愿排列")
        for (course, _name), members in self.groups.items():
            if len({course in given[member] for member in members}) > 1:
                found.append("{} 没有同上同不上（{}）".format("、".join(members), course))
        return found


def meetings_of(row):
    """The weekly meetings of a course, in either way a list may write them."""
    if "meetings" in row:
        return row["meetings"]
    return [{"day": day, "start": row["start"], "end": row["end"]} for day in row.get("days", [])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
