#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Opens pages in a real Chromium without a display and looks at them: browser.py [--shots DIR] PAGE...

The browser is driven by its DevTools protocol over a pair of pipes.  Every page is seen narrow,
middling and wide, in light and in dark, printed, hovered over and without scripts.  Prints a line
"ok SENTENCE" or "FAIL SENTENCE" for each sentence that has to be true of all of them; below a FAIL,
what speaks against it.  DIR gets a screenshot of each view."""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

WIDTHS = (360, 800, 1440)
SCHEMES = ("light", "dark")
SECONDS = 30  # for any answer of the browser
CHECKS = pathlib.Path(__file__).with_name("browser.js").read_text()

SENTENCES = {
    "console": "no page has anything to say on the console, of errors and of refused content least",
    "request": "no page asks for anything but itself",
    "overflow": "no page is wider than its window",
    "height": "every page has a height that one can scroll",
    "label": "every drawing says in words what it shows, and has a table beside it",
    "contrast": "every text stands out from what is behind it by 4.5 to 1 (large ones by 3)",
    "inside": "no text of a drawing is cut off or lies over another",
    "anchor": "every link leads to a place on the page",
    "hover": "a figure is told where the mouse is",
    "script": "without scripts everything is there",
    "print": "every page can be printed",
}


class Browser:
    """A browser with one window."""

    def __init__(self, program, folder):
        # It reads commands from its fd 3 and writes answers to its fd 4, with a NUL behind each.
        read_end, self.out = os.pipe()
        self.into, write_end = os.pipe()
        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb",
            f"--user-data-dir={folder}", "about:blank",
        ]
        # The shell puts the pipes where the browser looks for them.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{read_end} 4>&{write_end}', "sh", *arguments],
            pass_fds=(read_end, write_end), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(read_end)
        os.close(write_end)
        self.rest, self.events, self.number, self.session = b"", [], 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.call(domain + ".enable")

    def message(self, deadline):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.into], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.into, 1 << 20) if ready else b""
            if not more:
                raise RuntimeError("the browser has ended" if ready else "the browser is silent")
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self.message(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def wait(self, method):
        """Until that happens, or has happened since the events were last looked at."""
        deadline = time.monotonic() + SECONDS
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message(deadline))

    def ask(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:400])
        return answer["result"].get("value")

    def open(self, page):
        self.events.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        self.wait("Page.loadEventFired")

    def view(self, width, scheme, media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def shoot(self, file):
        height = min(self.ask("document.documentElement.scrollHeight"), 16000)
        width = self.ask("innerWidth")
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                         clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.into)


def complaints(browser, page):
    """What the browser has told of a page since it was opened: (kind of sentence, text)."""
    for event in browser.events:
        what = event.get("params", {})
        method = event.get("method")
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
                      "Audits.issueAdded"):
            yield "console", json.dumps(what)[:300]
        elif method == "Network.requestWillBeSent":
            url = what["request"]["url"]
            if url.partition("#")[0] != page.resolve().as_uri():
                yield "request", url[:200]


def hover(browser):
    """Moves the mouse to a mark that has something to tell; what is wrong with the answer."""
    place = browser.ask("vmtpCheck.mark()")
    if not place:
        return None
    before = browser.ask("vmtpCheck.told()")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", **place)
    after = browser.ask("vmtpCheck.told()")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
    return None if after and after != before else f"nothing is told at {place}"


def look(browser, page, shots):
    """Everything that speaks against a page."""
    browser.open(page)
    browser.ask(CHECKS)
    whole = browser.ask("vmtpCheck.substance()")
    for width in WIDTHS:
        for scheme in SCHEMES:
            browser.view(width, scheme)
            for kind, text in browser.ask("vmtpCheck.all()"):
                yield kind, f"{width} {scheme}: {text}"
            if shots:
                browser.shoot(shots / f"{page.stem}-{width}-{scheme}.png")
    told = hover(browser)
    if told:
        yield "hover", told
    browser.view(800, "dark", "print")
    for kind, text in browser.ask("vmtpCheck.all()"):
        yield kind, f"printed: {text}"
    missing = browser.ask("vmtpCheck.unprinted()")
    if missing:
        yield "print", f"without {missing}"
    sheet = base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"])
    if not sheet.startswith(b"%PDF") or b"/Page" not in sheet:
        yield "print", "the browser gives no PDF of it"
    if shots:
        (shots / f"{page.stem}.pdf").write_bytes(sheet)
    yield from complaints(browser, page)
    yield from scriptless(browser, page, whole)


def scriptless(browser, page, whole):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    browser.ask(CHECKS)
    alone = browser.ask("vmtpCheck.substance()")
    if alone != whole:
        yield "script", f"{alone} and not {whole}"


def main(arguments):
    shots = None
    if arguments[:1] == ["--shots"]:
        shots = pathlib.Path(arguments[1])
        shots.mkdir(parents=True, exist_ok=True)
        arguments = arguments[2:]
    program = shutil.which("chromium") or shutil.which("google-chrome")
    against = {kind: [] for kind in SENTENCES}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            for page in map(pathlib.Path, arguments):
                for kind, text in look(browser, page, shots):
                    against[kind].append(f"{page.name} {text}")
        finally:
            browser.close()
    for kind, sentence in SENTENCES.items():
        print("FAIL" if against[kind] else "ok", sentence)
        for text in against[kind][:8]:
            print(" ", text)
    return any(against.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
