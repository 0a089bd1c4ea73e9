from __future__ import annotations

import pytest
from shop_run import hostile_run, shop_run

from evalkit.errors import PluginFailed, UsageError
from evalkit.report import render, write_reports


@pytest.fixture
def templates(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()

    def write(**files):
        for name, text in files.items():
            (folder / (name.replace("_dot_", ".") + ".jinja")).write_text(text)
        return folder

    return write


def test_a_template_of_the_same_name_stands_before_ours_and_can_extend_it(templates):
    folder = templates(
        report_dot_html='{% extends "evalkit/report.html.jinja" %}'
        "{% block name %}Shop, weekly{% endblock %}"
    )

    source = render(shop_run(), "html", templates=folder)

    assert '<p class="name">Shop, weekly</p>' in source
    assert "careful passes 30 of 30" in source


def test_markdown_can_be_replaced_and_is_escaped_all_the_same(templates):
    folder = templates(report_dot_md="{{ summed.failed[0].case }}\n")

    text = render(hostile_run("<b>@x"), "markdown", templates=folder)

    assert text == "&#60;b&#62;@&#8203;x\n"


def test_each_further_template_makes_a_file_named_like_it(templates, tmp_path):
    folder = templates(
        scores_dot_txt="{% for s in summed.summaries %}{{ s.provider }} "
        "{{ s.accuracy.value | percent }}\n{% endfor %}",
        _part_dot_txt="not a report",
    )

    written = write_reports(shop_run(), tmp_path / "out", templates=folder)

    assert [path.name for path in written] == ["index.html", "report.md", "junit.xml", "scores.txt"]
    assert written[-1].read_text() == "careful 100 %\ncareful-anthropic 100 %\nhasty 57 %\n"


def test_hostile_text_is_escaped_in_html_of_the_user(templates, tmp_path):
    folder = templates(mine_dot_html="<p>{{ summed.failed[0].case }}</p>")

    *_, mine = write_reports(hostile_run("<script>x</script>"), tmp_path / "out", templates=folder)

    assert mine.read_text() == "<p>&lt;script&gt;x&lt;/script&gt;</p>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("\n{{ nothing }}", "'nothing' is undefined", id="unknown name"),
        pytest.param("\n{% if %}", "TemplateSyntaxError", id="syntax"),
        pytest.param("\n{{ 1 / 0 }}", "ZeroDivisionError", id="crash"),
    ],
)
def test_a_template_that_fails_is_told_with_its_line(templates, text, said):
    folder = templates(report_dot_md=text)

    with pytest.raises(PluginFailed, match=said) as caught:
        render(shop_run(), "markdown", templates=folder)

    assert caught.value.where == f"{folder / 'report.md.jinja'}:2"


def test_a_folder_without_templates_is_refused(templates, tmp_path):
    with pytest.raises(UsageError, match="no template is there"):
        write_reports(shop_run(), tmp_path / "out", templates=templates())
