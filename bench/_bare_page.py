"""A bare Jinja page of the size of the public log: no session, no database, the same number of items."""

import os

from flask import Flask, render_template_string

app = Flask(__name__)

ITEM = """
<section class="log-item"><h4>{{ item.subject }} <small>{{ item.teacher }}</small></h4>
<p class="item-content">{{ item.content }} <span>约 {{ item.minutes }} 分钟</span></p></section>
"""
PAGE = f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{{{ title }}}}</title></head>
<body><h1>{{{{ title }}}}</h1>{{% for item in items %}}{ITEM}{{% endfor %}}<p>{{{{ filler }}}}</p></body></html>"""

BYTES, ITEMS = int(os.environ.get("BARE_BYTES", "9000")), int(os.environ.get("BARE_ITEMS", "4"))
SHOWN = [{"subject": "数学", "teacher": "陈老师", "content": "完成练习册第 32 页第 1 至 4 题。", "minutes": 15}] * ITEMS


def _render(filler: str) -> str:
    return render_template_string(PAGE, title="作业公示", items=SHOWN, filler=filler)


with app.app_context():
    FILLER = "x" * max(BYTES - len(_render("").encode()), 0)


@app.get("/healthz")
def healthz() -> str:
    """Always well."""
    return "ok"


@app.get("/page")
def page() -> str:
    """The page, rendered anew each time."""
    return _render(FILLER)
