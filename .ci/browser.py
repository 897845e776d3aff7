"""Opens reports in a browser: nothing is loaded from elsewhere, nothing of the corpus runs, and the
table of findings counts as the export of the run does.

    browser.py YUJIAN FILING/report.html
"""

import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "</script><img src=x onerror=\"window.pwned=1\">'\"`]]>--><svg onload=window.pwned=1> \u202egnp.exe \U0001f600"
FINDINGS = 10_000
# Several times what was ever seen: a page that needs so many nodes puts all findings into it.
MOST_NODES = 40_000
MOST_ROWS = 120


def main(yujian, filing):
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            print("skipped: there is no browser, and none can be had")
            return
        scratch = Path(scratch)
        check(browser, Path(filing), None)
        check(browser, *fixture(yujian, scratch / "fixture"))
        check(browser, *hostile(yujian, scratch / "hostile"))
        browser.close()


def launched(playwright):
    """A Chromium: one that is installed, else the one that Playwright brings."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, names)), None)
    # In containers of root there is no sandbox to be had, and what is opened is ours.
    options = {"args": ["--no-sandbox"]}
    if found:
        return playwright.chromium.launch(executable_path=found, **options)
    try:
        return playwright.chromium.launch(**options)
    except Error:
        pass
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(install, check=True, timeout=600, capture_output=True)
        return playwright.chromium.launch(**options)
    except (subprocess.SubprocessError, Error):
        return None


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{command[1]} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def reported(yujian, folder, corpus, config):
    run(yujian, "scan", corpus, "-q", "-o", folder / "run", *config, "--key-file", folder / "key")
    page = folder / "report.html"
    run(yujian, "report", folder / "run", "-q", "--format", "html", "-o", page, *config)
    rows = run(yujian, "export", folder / "run", "--what", "findings")
    return page, [json.loads(line) for line in rows.splitlines()]


def fixture(yujian, folder):
    folder.mkdir()
    (folder / "key").write_text("00" * 32)
    corpus = ROOT / "fixtures/corpus"
    return reported(yujian, folder, corpus, ["--config", corpus / "yujian.toml"])


def hostile(yujian, folder):
    """A corpus in which everything has a name that would run, with 10,000 different findings."""
    folder.mkdir()
    (folder / "key").write_text("00" * 32)
    dice = random.Random(7)
    numbers = [f"13{dice.choice('56789')}{dice.randrange(10**8):08}" for _ in range(FINDINGS - 1000)]
    for number, name in enumerate([HOSTILE, "plain", "long" * 40]):
        place = folder / "corpus" / name
        place.mkdir(parents=True)
        with (place / f"{'p' * 200}.jsonl").open("w") as out:
            for record in range(FINDINGS // 2 if number == 0 else FINDINGS // 4):
                text = f"{HOSTILE} 联系电话 {dice.choice(numbers)} {HOSTILE}"
                json.dump({"id": f"{HOSTILE}{record}", "from": name, HOSTILE: text}, out)
                out.write("\n")
    (folder / "yujian.toml").write_text(
        f"[corpus]\nid = \"id\"\nsource = \"from\"\n\n[model]\nname = {json.dumps(HOSTILE, ensure_ascii=False)}\n"
    )
    return reported(yujian, folder, folder / "corpus", ["--config", folder / "yujian.toml"])


def families(rows):
    """Families as the report makes them, with the number of their findings."""
    return collections.Counter(
        (row["source"], row["rule"], row["value_hash"] or row["id"], row["suppressed_by"] is None, row["severity"])
        for row in rows
    )


def told(page):
    """Numbers of families and findings that the table says it has."""
    text = page.locator("#finding-count").inner_text()
    numbers = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text)]
    return numbers[0], numbers[2]


def check(browser, path, rows):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    wrong, asked = [], []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: wrong.append("a dialog"))
    url = path.resolve().as_uri()
    page.goto(url)
    page.wait_for_function("document.documentElement.dataset.lang")
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    nodes = page.evaluate("document.getElementsByTagName('*').length")
    print(f"{path.name}: {path.stat().st_size} bytes, {nodes} elements, loaded in {took:.0f} ms")

    assert nodes < MOST_NODES, nodes
    assert page.locator("#findings-table tbody tr").count() <= MOST_ROWS
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, iframe, object, embed, link, [style], [onerror], [onload]").count() == 0
    assert page.locator("script").count() == 2
    bad = page.evaluate("Array.from(document.links).filter((a) => !a.getAttribute('href').startsWith('#')).length")
    assert bad == 0

    keyboard(page)
    switches(page)
    widths(page)
    if rows is not None:
        findings(page, rows)
    clauses(page)
    paper(page)
    accessible(page)

    assert page.evaluate("window.pwned") is None
    assert asked == [url], asked
    assert wrong == [], wrong
    context.close()


def switches(page):
    page.click("[data-set-lang=en]")
    assert page.locator("#overview h2").inner_text() == "Overview"
    assert page.title() == "Corpus compliance report"
    assert page.get_attribute("html", "lang") == "en"
    ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("[data-set-theme=light]")
    light = ground()
    page.click("[data-set-theme=dark]")
    assert ground() != light
    page.click("[data-set-theme=auto]")
    page.emulate_media(color_scheme="dark")
    assert ground() != light
    page.emulate_media(color_scheme="light")
    assert ground() == light
    page.click("[data-set-lang=zh]")
    assert page.locator("#overview h2").inner_text() == "总览"
    assert page.get_attribute("[data-set-lang=zh]", "aria-pressed") == "true"


def widths(page):
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.set_viewport_size({"width": 1280, "height": 900})


def findings(page, rows):
    of = families(rows)
    assert len(of) <= 10_000, "the report would leave some out"

    def holds(picked):
        picked = [count for family, count in of.items() if picked(family)]
        return len(picked), sum(picked)

    assert told(page) == holds(lambda family: True), (told(page), holds(lambda family: True))
    for severity in {family[4] for family in of}:
        page.select_option("#f-severity", severity)
        assert told(page) == holds(lambda family: family[4] == severity), severity
    page.select_option("#f-severity", "")
    for open_ in {family[3] for family in of}:
        page.select_option("#f-status", "open" if open_ else "suppressed")
        assert told(page) == holds(lambda family: family[3] == open_)
    page.select_option("#f-status", "")
    rule = sorted({family[1] for family in of})[0]
    page.select_option("#f-rule", label=rule)
    assert told(page) == holds(lambda family: family[1] == rule)
    page.click("#finding-filter button[type=reset]")
    page.wait_for_timeout(100)
    assert told(page) == holds(lambda family: True)

    page.fill("#f-text", "no such words " * 3)
    page.wait_for_timeout(300)
    assert told(page) == (0, 0)
    # A word of the search is looked for in all that is shown, so a whole id of a rule finds at least its own.
    page.fill("#f-text", rule)
    page.wait_for_timeout(300)
    assert told(page) == holds(lambda family: rule in family[1]), rule
    page.fill("#f-text", "")
    page.wait_for_timeout(300)

    head = page.locator("th[data-sort=findings]")
    column = lambda: [
        int(text.replace(",", "")) for text in page.locator("#findings-table tbody tr td:nth-child(5)").all_inner_texts()
    ]
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column() == sorted(of.values(), reverse=True)[: len(column())]
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column() == sorted(of.values())[: len(column())]

    button = page.locator("#findings-table tbody button").first
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert page.locator("#findings-table tr.more .places li").count() >= 1
    button.click()
    assert page.locator("#findings-table tr.more").count() == 0
    if len(of) > 50:
        page.click("[data-page=last]")
        assert page.locator("[data-page=next]").is_disabled()
        page.click("[data-page=first]")
        assert page.locator("[data-page=previous]").is_disabled()


def clauses(page):
    boxes = page.locator("#clause-filter input")
    everything = page.locator("#clause-list > details").count()
    assert page.locator("#clause-list > details:visible").count() == everything
    for box in boxes.all():
        box.uncheck()
    assert page.locator("#clause-list > details:visible").count() == 0
    boxes.last.check()
    bad = page.locator("#clause-list > details.bad").count()
    assert page.locator("#clause-list > details:visible").count() == bad
    for box in boxes.all():
        box.check()


def keyboard(page):
    """From the top by Tab alone to the language switch, into the contents, the filter and beyond."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.setLang") == "zh"
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid", ring
    # A fold opens by the keyboard.
    page.evaluate("document.querySelector('#clause-list summary').focus()")
    page.keyboard.press("Enter")
    assert page.locator("#clause-list > details[open]").count() == 1
    page.keyboard.press("Enter")
    # No trap: from the search on, Tab reaches what comes after the table.
    page.focus("#f-text")
    reached = False
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#evidence') !== null"):
            reached = True
            break
    assert reached, "Tab does not get beyond the findings"


def paper(page):
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
    page.emulate_media(media="print")
    assert not page.locator(".switches").is_visible() and not page.locator("#nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


def accessible(page):
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        print("axe: skipped, it cannot be had")
        return
    for theme in ("light", "dark"):
        page.click(f"[data-set-theme={theme}]")
        page.wait_for_timeout(50)
        found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        for one in grave:
            print(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
            print([node.get("any", [{}])[0].get("message", "") for node in one["nodes"][:3] if node.get("any")])
        assert not grave, theme
        print(f"axe, {theme}: {len(found)} minor remarks")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
