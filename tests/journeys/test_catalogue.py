"""The teaching office keeps the catalogue: a course from an empty form to the families' page, with and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from school.sheets.writing import SheetOut, write_workbook
from tests.accounts.cast import PASSWORD
from tests.journeys.selection_school import OFFICE, arrange
from tests.journeys.walking import follow, sign_in
from tests.support.browser import Size, axe, fits
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]


@pytest.mark.parametrize(("size", "has_scripts"), [("phone", False), ("desktop", True)])
def test_a_course_from_the_form_to_the_families(
    live_server: LiveServer, open_page: OpenPage, size: Size, has_scripts: bool
) -> None:
    arrange(live_server)
    page = open_page(live_server, size, has_scripts=has_scripts)

    def look() -> None:
        if has_scripts:
            axe(page)
            fits(page)

    sign_in(page, OFFICE, PASSWORD)
    follow(page, "课程管理")
    look()
    page.get_by_role("link", name="新建课程").click()
    page.get_by_label("名称", exact=True).fill("皮影补习")
    page.get_by_label("编号", exact=True).fill("Ｄ01")
    page.get_by_label("课程内容", exact=True).fill("剪、刻、上色，期末演一出小戏。")
    page.get_by_label("第 1 个时段", exact=True).select_option(label="周五")
    page.get_by_label("第 1 个开始", exact=True).fill("16:00")
    page.get_by_label("第 1 个结束", exact=True).fill("17:30")
    page.get_by_label("本校教师", exact=True).fill("陈建国")
    page.get_by_label("三年级", exact=True).check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("不能写“补习”").first).to_be_visible()
    look()
    page.get_by_label("名称", exact=True).fill("皮影戏")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("请写明理由").first).to_be_visible()
    expect(page.get_by_label("课程内容", exact=True)).to_have_value("剪、刻、上色，期末演一出小戏。")
    expect(page.get_by_label("三年级", exact=True)).to_be_checked()
    look()
    page.get_by_label("提前结束或时间较短的理由", exact=True).fill("与校车时间衔接")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("现在是草稿")).to_be_visible()
    look()
    page.get_by_role("button", name="上架").click()
    expect(page.get_by_text("上架前请补上：教室、收费说明、安全说明。")).to_be_visible()
    look()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("教室", exact=True).fill("皮影室")
    page.get_by_label("收费说明", exact=True).fill("免费")
    page.get_by_label("安全说明", exact=True).fill("刻刀由教师保管。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="上架").click()
    expect(page.get_by_text("已上架，家长在课程目录里看得到了。")).to_be_visible()
    page.get_by_role("link", name="家长看到的样子").click()
    expect(page.get_by_role("heading", name="皮影戏")).to_be_visible()
    expect(page.get_by_text("刻刀由教师保管。")).to_be_visible()


def test_a_list_is_checked_and_written(live_server: LiveServer, open_page: OpenPage) -> None:
    arrange(live_server)
    page = open_page(live_server, "desktop")
    sign_in(page, OFFICE, PASSWORD)
    page.goto("/courses/manage/import")
    header = ["编号", "名称", "类别", "年级", "上课时间", "教室"]
    rows = [["E01", "口风琴", "音乐舞蹈", "三至六年级", "", "音乐室1"], ["E02", "奥数刷题", "学业辅导", "3", "", ""]]
    book = write_workbook([SheetOut("课程", header, rows)])
    page.get_by_label(re.compile("^文件")).set_input_files(
        {"name": "课程.xlsx", "mimeType": "application/octet-stream", "buffer": book}
    )
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("不能写“刷题”")).to_be_visible()
    axe(page)
    fits(page)
    page.get_by_role("button", name="写入 1 门，跳过有问题的行").click()
    expect(page.get_by_text("导入完成：新增 1 门，有问题 1 门。")).to_be_visible()
    expect(page.get_by_role("link", name="口风琴")).to_be_visible()
    axe(page)
    fits(page)
