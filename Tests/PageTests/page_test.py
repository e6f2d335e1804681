"""The web page in a real browser, against a real server.

    python3 Tests/PageTests/page_test.py --rag .build/release/rag [--screenshots DIR]

Needs Debian's chromium and chromium-driver, and the embedding model ('make model'). Starts a server of its own on a home
of its own, with the documents of corpus/. Prints a line for each check; exit code 1 if one fails.
"""

import argparse
import base64
import html
import json
import re
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback
import urllib.parse
import urllib.request

from driver import Browser, wait

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUESTION = "What PSI value means major drift?"
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"


class Page:
    def __init__(self, browser, url, shots, files, ingest):
        self.browser, self.url, self.shots, self.files, self.ingest = browser, url, shots, files, ingest

    def shot(self, name):
        if self.shots:
            self.browser.screenshot(self.shots / (name + ".png"))

    def go(self, place):
        self.browser.open(self.url + "/#" + place)
        self.browser.run("location.reload()") if place == "ask" else None
        wait(lambda: self.browser.run("return document.querySelector('#collection option') !== null"), "collections")

    def ask(self, question):
        wait(lambda: self.browser.run("return !document.getElementById('view-ask').hidden"), "the ask view")
        before = self.browser.run("return document.querySelectorAll('.turn').length")
        self.browser.type("#question", question + ENTER)
        wait(lambda: self.browser.run(
            "return document.querySelectorAll('.turn').length > arguments[0]"
            " && document.getElementById('conversation').getAttribute('aria-busy') === 'false'", before), "the answer")


def check_answer(page):
    """An answer streams; its footnote opens the document at exactly the cited text."""
    browser = page.browser
    page.go("ask")
    browser.run("""
      window.seen = [];
      new MutationObserver(() => { const a = document.querySelector('.answer.streaming'); if (a) seen.push(a.textContent.length); })
        .observe(document.getElementById('conversation'), {childList: true, subtree: true, characterData: true});""")
    page.ask(QUESTION)
    growing = browser.run("return [...new Set(seen)]")
    assert len([length for length in growing if length > 0]) >= 2, f"the answer came at once: {growing}"
    answer = browser.text(".turn .answer")
    assert "PSI" in answer, answer
    assert browser.run("return document.querySelectorAll('.answer .cite').length") >= 1
    page.shot("answer-desktop")
    browser.click(".answer .cite")
    wait(lambda: browser.text("#highlight"), "the passage")
    body = json.dumps({"question": QUESTION}).encode()
    with urllib.request.urlopen(urllib.request.Request(page.url + "/query", body)) as reply:
        quote = json.load(reply)["citations"][0]["quote"]
    assert browser.text("#highlight") == quote, (browser.text("#highlight"), quote)
    assert browser.run("const m = document.getElementById('highlight').getBoundingClientRect();"
                       "return m.top >= 0 && m.top < innerHeight"), "the passage is not in sight"
    page.shot("source-desktop")
    browser.press(ESCAPE)
    assert browser.run("return document.getElementById('panel').hidden")
    assert browser.run("return document.activeElement.classList.contains('cite')"), "the focus is lost"


def check_details(page):
    """What the answer rests on, times and feedback are there."""
    browser = page.browser
    assert "configuration hash" in browser.text(".turn")
    browser.run("[...document.querySelectorAll('.feedback button')][0].click()")
    wait(lambda: "Thank you" in (browser.text(".feedback") or ""), "thanks")


def check_abstention(page):
    """Nonsense gets no answer, and says why."""
    page.ask("zzxqv wibblefrotz gronk")
    assert "No answer" in page.browser.text(".turn .answer"), page.browser.text(".turn .answer")


def check_error(page):
    """A wrong filter is told in the server's words."""
    browser = page.browser
    browser.run("document.querySelector('.options').open = true")
    browser.type("#filter", "language =")
    page.ask(QUESTION)
    assert browser.text(".turn .note.bad"), "no error is shown"
    browser.run("document.getElementById('filter').value = ''; document.querySelector('.options').open = false")


def check_keyboard(page):
    """Everything works without a mouse."""
    browser = page.browser
    page.go("ask")
    browser.run("document.getElementById('main').focus()")
    browser.press("/")
    assert browser.run("return document.activeElement.id") == "question"
    browser.press(*QUESTION, ENTER)
    wait(lambda: browser.run("return document.querySelector('.turn .sources') !== null"), "the answer")
    for _ in range(12):
        browser.press(TAB)
        if browser.run("return document.activeElement.classList.contains('cite')"):
            break
    assert browser.run("return document.activeElement.classList.contains('cite')"), "Tab does not reach a footnote"
    browser.press(ENTER)
    wait(lambda: browser.text("#highlight"), "the passage")
    browser.press(ESCAPE)


def check_documents(page):
    """Documents and their chunks can be read."""
    browser = page.browser
    page.go("documents")
    wait(lambda: browser.run("return document.querySelectorAll('#view-documents tbody tr').length") >= 50, "documents")
    page.shot("documents-desktop")
    more = "#view-documents p button"
    browser.click(more)
    wait(lambda: browser.run("return document.querySelectorAll('#view-documents tbody tr').length") > 50, "more")
    browser.click("#view-documents tbody a")
    wait(lambda: browser.run("return document.querySelectorAll('.chunk').length") >= 1, "chunks")
    page.shot("document-desktop")
    browser.run("history.back()")
    wait(lambda: browser.run("return document.querySelectorAll('#view-documents tbody tr').length") >= 50, "the list again")


MANUAL = """<title>Manual of the pumping station</title><style>@page { size: 420pt 600pt; margin: 40pt } body { font: 11pt serif } h1 { break-before: page } .two { columns: 2 }
td, th { border: 1px solid; padding: 2pt 8pt }</style>
<p>The manual of the wombat station is read before its first start.</p>
<h1>Maintenance</h1><div class="two"><p>The gland of the narwhal pump is packed anew every 1900 hours, with graphite rope
of nine millimetres. Before that the station is shut down and its valves are closed from below.</p>
<p>The bearings are greased twice a year. Nobody greases them while the shaft turns, not even slowly.</p></div>
<h1>Limits</h1><p>Limits of the narwhal pump.</p><table><tr><th>Part</th><th>Torque</th></tr><tr><td>Flange</td><td>70 Nm</td></tr>
<tr><td>Impeller</td><td>25 Nm</td></tr></table>"""
MANUAL_QUESTION = "How often is the gland of the narwhal pump packed anew?"


def words_of(pdf, number):
    """Words of a page with their boxes, and its size, as poppler sees them."""
    told = subprocess.run(["pdftotext", "-bbox", "-f", str(number), "-l", str(number), str(pdf), "-"], check=True,
                          capture_output=True, text=True).stdout
    size = [float(value) for value in re.search(r'<page width="([\d.]+)" height="([\d.]+)"', told).groups()]
    words = [(html.unescape(word), [float(side) for side in sides]) for *sides, word in re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', told)]
    return size, words


def box_of(quote, words):
    """The box around the words of a quote, which stand one behind the other."""
    wanted = quote.split()
    for start in range(len(words) - len(wanted) + 1):
        run = words[start:start + len(wanted)]
        if [word for word, _ in run] == wanted:
            sides = [box for _, box in run]
            return [min(box[0] for box in sides), min(box[1] for box in sides), max(box[2] for box in sides),
                    max(box[3] for box in sides)]
    raise AssertionError(f"poppler finds no {quote!r} in {[word for word, _ in words]}")


DRAWN_BOX = """
const paper = document.querySelector('figure.page img').getBoundingClientRect();
const boxes = [...document.querySelectorAll('figure.page rect')].map((rect) => rect.getBoundingClientRect());
const x = (value) => (value - paper.left) / paper.width, y = (value) => (value - paper.top) / paper.height;
return [x(Math.min(...boxes.map((b) => b.left))), y(Math.min(...boxes.map((b) => b.top))),
  x(Math.max(...boxes.map((b) => b.right))), y(Math.max(...boxes.map((b) => b.bottom)))];"""
IN_SIGHT = """const box = document.querySelector(arguments[0]).getBoundingClientRect();
const panel = document.getElementById('panel-body').getBoundingClientRect();
return box.top >= panel.top - 1 && box.bottom <= Math.min(innerHeight, panel.bottom) + 1
  && box.left >= panel.left - 1 && box.left < panel.right;"""


def ask_manual(page):
    page.go("ask")
    page.ask(MANUAL_QUESTION)
    assert "1900 hours" in page.browser.text(".turn .answer"), page.browser.text(".turn .answer")
    page.browser.click(".answer .cite")


def check_page_of_source(page):
    """A quote of a PDF opens on its page, with its box where poppler has the words; in both schemes, also on a phone."""
    browser = page.browser
    browser.open("data:text/html," + urllib.parse.quote(MANUAL))
    printed = browser.tool("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    folder = tempfile.mkdtemp(dir=page.files)
    manual = pathlib.Path(folder) / "manual.pdf"
    manual.write_bytes(base64.b64decode(printed))
    page.ingest(folder)
    body = json.dumps({"question": MANUAL_QUESTION}).encode()
    with urllib.request.urlopen(urllib.request.Request(page.url + "/query", body)) as reply:
        citation = json.load(reply)["citations"][0]
    assert citation["page"] == 2, citation
    (width, height), words = words_of(manual, 2)
    expected = box_of(citation["quote"], words)
    assert max(abs(a - b) for a, b in zip(citation["box"], expected)) < 1.5, (citation["box"], expected)
    assert max(abs(a - b) for a, b in zip(citation["page_size"], (width, height))) < 0.2, citation["page_size"]
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        for name, size in (("desktop", (1280, 900)), ("phone", (390, 844))):
            browser.size(*size)
            ask_manual(page)
            wait(lambda: browser.run("return document.querySelector('figure.page rect') !== null"), "the page")
            assert browser.run("const i = document.querySelector('figure.page img'); return i.complete && i.naturalWidth >= 800")
            drawn = [side * scale for side, scale in zip(browser.run(DRAWN_BOX), (width, height, width, height))]
            assert max(abs(a - b) for a, b in zip(drawn, expected)) < 2.5, (drawn, expected)
            assert browser.run(IN_SIGHT, "figure.page rect"), "the box is not in sight"
            assert browser.run("return document.documentElement.scrollWidth") <= size[0]
            assert not browser.run(CONTRAST), browser.run(CONTRAST)
            page.shot(f"page-{name}-{scheme}")
            browser.run("[...document.querySelectorAll('.views button')].find((b) => b.textContent === 'Larger').click()")
            assert browser.run(IN_SIGHT, "figure.page rect"), "the box is not in sight when it is larger"
            page.shot(f"page-larger-{name}-{scheme}")
            browser.run("[...document.querySelectorAll('.views button')].find((b) => b.textContent === 'Text').click()")
            assert browser.text("#highlight") == citation["quote"]
            assert browser.run(IN_SIGHT, "#highlight"), "the quote is not in sight"
            assert browser.run("return document.querySelector('figure.page').hidden")
            browser.press(ESCAPE)
    browser.scheme("light")
    browser.size(1280, 900)
    # A passage that was read, without an answer's citation, opens at its place too.
    page.go("ask")
    page.ask(MANUAL_QUESTION)
    browser.run("document.querySelector('details.more').open = true")
    browser.click("details.more .hit button.link")
    wait(lambda: browser.run("return document.querySelectorAll('figure.page rect').length > 0"), "the page of a passage")
    browser.press(ESCAPE)
    # The file changes: the text is still there, and why there is no page that was not drawn before.
    manual.write_bytes(manual.read_bytes() + b"\n% touched")
    page.go("ask")
    page.ask("Which torque does the impeller of the narwhal pump have?")
    browser.click(".turn .answer .cite")
    wait(lambda: browser.text("#highlight"), "the text")
    assert "has changed since" in browser.text("#panel-body"), browser.text("#panel-body")
    assert browser.run("return document.querySelector('figure.page') === null")
    assert browser.run(IN_SIGHT, "#highlight"), "the quote is not in sight"
    browser.press(ESCAPE)


def check_upload(page):
    """A file is uploaded, followed to its end, answers, is deleted, and answers no more."""
    browser = page.browser
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "platypus.md"
        path.write_text("# Platypus\n\nThe platypus service listens on port 4242.\n")
        page.go("upload")
        browser.type("#files", str(path))
        wait(lambda: "platypus.md" in (browser.text("#chosen") or ""), "the chosen file")
        page.shot("upload-desktop")
        browser.click("#upload-button")
        wait(lambda: browser.run("return document.querySelector('#upload-result .state.done') !== null"), "the job")
    assert "1 added" in browser.text("#upload-result"), browser.text("#upload-result")
    page.go("jobs")
    wait(lambda: browser.run("return document.querySelectorAll('#view-jobs .job').length") >= 1, "jobs")
    page.shot("jobs-desktop")
    page.go("ask")
    page.ask("Which port does the platypus service listen on?")
    assert "4242" in browser.text(".turn .answer")
    page.go("documents/platypus.md")
    wait(lambda: browser.run("return document.querySelectorAll('.chunk').length") >= 1, "chunks")
    browser.run("window.confirm = () => true")
    browser.click("#view-documents button.danger")
    wait(lambda: browser.run("return location.hash === '#documents'"), "the deletion")
    page.go("ask")
    page.ask("Which port does the platypus service listen on?")
    assert "4242" not in browser.text("#conversation"), "a deleted document answers"


def check_health(page):
    """Readiness, numbers and charts."""
    browser = page.browser
    page.go("health")
    wait(lambda: browser.run("return document.querySelectorAll('#view-health figure svg').length") == 2, "charts")
    assert browser.run("return document.querySelectorAll('#view-health svg .bar').length") >= 1, "no bar"
    assert "probe: ok" in browser.text("#view-health")
    page.shot("health-desktop")


def check_drift(page):
    """A baseline is made, other documents come, and the view tells that they moved, which, and where they lie."""
    browser = page.browser
    button = ("const b = [...document.querySelectorAll('#view-drift button')].find((b) => b.textContent === arguments[0]);"
              "if (b) b.click(); return b !== undefined")
    page.go("drift")
    wait(lambda: browser.run(button, "Make a baseline"), "the button for a baseline")
    wait(lambda: "no window has closed" in (browser.text("#view-drift") or ""), "the baseline")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(130):
            animal, place = ["heron", "otter", "badger", "plover"][number % 4], ["reeds", "estuary", "meadow"][number % 3]
            (pathlib.Path(folder) / f"{number}.md").write_text(
                f"# Sighting {number}\n\nA {animal} was seen feeding in the {place} at dawn on day {number}, then flew north.\n")
        page.ingest(folder)
    browser.run(button, "Check what is there")
    wait(lambda: browser.run("return document.querySelectorAll('#view-drift .timeline tbody tr').length") == 7, "the timeline")
    corpus = "#view-drift [data-signal=corpus]"
    assert "drift" in browser.text(corpus + " summary"), browser.text(corpus)
    assert browser.run("return document.querySelectorAll(arguments[0]).length", corpus + " svg .cur") >= 100, "no map"
    assert browser.run("return document.querySelectorAll(arguments[0]).length", corpus + " svg .moved") >= 1, "nothing moved"
    assert "was seen feeding" in browser.text(corpus + " .examples"), browser.text(corpus)
    assert "none" in browser.text("#view-drift [data-signal=model] summary")
    # A second window, and back to the first by its column.
    browser.run(button, "Check what is there")
    columns = "#view-drift .timeline thead th a"
    wait(lambda: browser.run("return document.querySelectorAll(arguments[0]).length", columns) == 2, "the second window")
    browser.size(1280, 1500)
    page.shot("drift-desktop")
    browser.size(1280, 900)
    browser.click(columns)
    wait(lambda: "the newest" in (browser.text("#view-drift") or ""), "the first window")
    assert browser.run("return document.querySelectorAll(arguments[0]).length", corpus + " svg .cur") >= 100, "no map in an older window"


def check_models(page):
    """Experiments, runs side by side with their curves, registered models with their history."""
    browser = page.browser

    def send(path, body):
        request = urllib.request.Request(page.url + "/api/2.0/mlflow/" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)
    experiment = send("experiments/create", {"name": "forest <b>"})["experiment_id"]
    for rate in (0.1, 0.5):
        run = send("runs/create", {"experiment_id": experiment, "run_name": f"rate {rate}", "start_time": 1})["run"]["info"]["run_id"]
        send("runs/log-batch", {"run_id": run, "params": [{"key": "rate", "value": str(rate)}, {"key": "seed", "value": "1"}],
                                "metrics": [{"key": "loss", "value": rate / (step + 1), "step": step, "timestamp": 0} for step in range(20)]})
        send("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 2})
    send("registered-models/create", {"name": "forest"})
    for version in ("1", "2"):
        send("model-versions/create", {"name": "forest", "source": "mlflow-artifacts:/0/x"})
        send("registered-models/alias", {"name": "forest", "alias": "champion", "version": version})
    page.go("runs")
    wait(lambda: "forest <b>" in (browser.text("#view-runs") or ""), "the experiments")
    page.go("runs/" + experiment)
    wait(lambda: browser.run("return document.querySelectorAll('#view-runs input[type=checkbox]').length") == 2, "the runs")
    browser.run("document.querySelectorAll('#view-runs input[type=checkbox]').forEach((box) => box.click())")
    wait(lambda: browser.run("return document.querySelectorAll('#view-runs svg polyline').length") == 2, "the curves")
    assert "rate" in browser.text("#view-runs h2 + .scroll") and "seed" not in browser.text("#view-runs h2 + .scroll")
    page.shot("runs-desktop")
    browser.click("#view-runs tbody a")
    wait(lambda: "Parameters" in (browser.text("#view-runs") or ""), "the run")
    page.go("models")
    wait(lambda: "@champion" in (browser.text("#view-models") or ""), "the models")
    assert "champion: 1 → 2" in browser.run("return document.getElementById('view-models').textContent")
    page.shot("models-desktop")


def check_layout(page):
    """No view is wider than a phone, in either scheme."""
    browser = page.browser
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        browser.size(390, 844)
        for place in ("ask", "documents", "upload", "jobs", "health", "drift", "runs", "models"):
            page.go(place)
            if place == "ask":
                page.ask(QUESTION)
            if place == "drift":
                wait(lambda: browser.run("return document.querySelector('#view-drift .timeline') !== null"), "the timeline")
            if place in ("runs", "models"):
                wait(lambda: browser.run("return document.querySelector(`#view-${arguments[0]} table`) !== null", place), "tables")
            if place == "documents":
                wait(lambda: browser.run("return document.querySelectorAll('#view-documents tbody tr').length") > 5, "rows")
            if place == "health":
                wait(lambda: browser.run("return document.querySelectorAll('#view-health svg').length") == 2, "charts")
            wide = browser.run("return document.documentElement.scrollWidth")
            assert wide <= 390, f"{place}: {wide} pixels wide"
            page.shot(f"{place}-phone-{scheme}")
        page.go("ask")
        page.ask(QUESTION)
        browser.click(".answer .cite")
        wait(lambda: browser.text("#highlight"), "the passage")
        page.shot(f"source-phone-{scheme}")
        browser.press(ESCAPE)
        browser.size(360, 640)
        assert browser.run("return document.documentElement.scrollWidth") <= 360
        browser.size(1280, 900)
        page.go("ask")
        page.ask(QUESTION)
        page.shot(f"answer-desktop-{scheme}")
    browser.scheme("light")


CONTRAST = """
const parse = (c) => c.match(/[\\d.]+/g).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (node) => { for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor);
  if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
const bad = [];
for (const node of document.querySelectorAll('body *')) {
  const has = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  if (!has || !node.checkVisibility() || node.closest('svg, .sr, .skip')) continue;
  const style = getComputedStyle(node);
  if (!style.color.startsWith('rgb')) continue;
  const [a, b] = [luminance(parse(style.color)), luminance(ground(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5 && !node.disabled) bad.push(node.tagName + '.' + node.className + ' ' + ratio.toFixed(2));
}
return bad;"""


def check_access(page):
    """Inputs have labels, buttons names, text contrast."""
    browser = page.browser
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        for place in ("ask", "upload", "health", "documents", "drift", "runs", "models"):
            page.go(place)
            if place == "ask":
                page.ask(QUESTION)
            nameless = browser.run("""
              return [...document.querySelectorAll('input, select, textarea, button, a[href]')].filter((node) => node.checkVisibility()
                && !(node.labels?.length) && !node.getAttribute('aria-label') && !node.textContent.trim()).map((node) => node.outerHTML)""")
            assert not nameless, nameless
            weak = browser.run(CONTRAST)
            assert not weak, f"{scheme} {place}: {weak}"
    browser.scheme("light")


CHECKS = [check_answer, check_details, check_abstention, check_error, check_keyboard, check_documents, check_page_of_source, check_upload,
          check_health, check_drift, check_models, check_layout, check_access]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", default=str(ROOT / ".build/release/rag"))
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            sys.exit(f"{name} is missing: apt-get install chromium chromium-driver")
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as files:
        subprocess.run([options.rag, "ingest", "corpus", "--home", home, "--quiet"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        server = subprocess.Popen([options.rag, "serve", "--home", home, "--port", "0", "--json"], cwd=ROOT,
                                  stdout=subprocess.PIPE, text=True)
        browser = None
        try:
            url = json.loads(server.stdout.readline())["url"]
            browser = Browser()
            browser.size(1280, 900)
            browser.scheme("light")
            page = Page(browser, url, options.screenshots, files, lambda folder: subprocess.run(
                [options.rag, "ingest", folder, "--home", home, "--quiet"], check=True, stdout=subprocess.DEVNULL))
            for check in CHECKS:
                try:
                    check(page)
                    told = [line for line in browser.problems() if "favicon" not in line]
                    # A request that is refused on purpose is told by the browser too.
                    refused = {check_error: "400", check_page_of_source: "409"}.get(check)
                    if refused:
                        told = [line for line in told if refused not in line]
                    assert not told, f"the console says: {told}"
                    print(f"ok    {check.__doc__}")
                except Exception as error:  # one failed check must not hide the others
                    failed += 1
                    print(f"FAILED {check.__doc__} {check.__name__}: {error}")
                    if not isinstance(error, AssertionError):
                        traceback.print_exc()
        finally:
            if browser:
                browser.close()
            server.terminate()
            code = server.wait(30)
        print(f"{'ok   ' if code == 0 else 'FAILED'} the server ended with {code} on SIGTERM")
    sys.exit(1 if failed or code else 0)


if __name__ == "__main__":
    main()
