# SPDX-License-Identifier: Apache-2.0
"""vmtp in Python, with nothing but ctypes: a scenario in, the result document out.

    with vmtp.Vmtp(log=print) as measuring:
        verdict, document = measuring.run(open("nightly.yaml").read())

The comments in <vmtp/vmtp.h> say what each function promises.
"""
import ctypes
import json
import os
import threading

PASSED, FAILED, UNDECIDED = 0, 1, 4
DEBUG, INFO, WARN = 1, 2, 3


class Error(Exception):
    """What vmtp says of a run or scenario that failed; document: what was measured until then."""

    def __init__(self, code, text, document=None):
        super().__init__(text)
        self.code, self.document = code, document


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("where", ctypes.c_char * 60), ("text", ctypes.c_char * 960)]


class _Progress(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("done", ctypes.c_uint32), ("expected", ctypes.c_uint32),
                ("elapsed_ns", ctypes.c_uint64), ("left_ns", ctypes.c_uint64),
                ("doing", ctypes.c_char_p)]


_LOG = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
_PROGRESS = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Progress))
_SECRET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p,
                           ctypes.c_size_t)


class _Settings(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("plugin_path", ctypes.c_char_p),
                ("state_dir", ctypes.c_char_p), ("least", ctypes.c_int), ("arg", ctypes.c_void_p),
                ("log", _LOG), ("progress", _PROGRESS), ("secret", _SECRET)]


def _library():
    lib = ctypes.CDLL(os.environ.get("VMTP_LIBRARY", "libvmtp.so.1"))
    scenario = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
    text, error = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(_Error)
    lib.vmtp_new.argtypes = [ctypes.POINTER(_Settings), ctypes.POINTER(ctypes.c_void_p), error]
    lib.vmtp_free.argtypes = lib.vmtp_cancel.argtypes = lib.vmtp_text_free.argtypes = [ctypes.c_void_p]
    lib.vmtp_free.restype = lib.vmtp_cancel.restype = lib.vmtp_text_free.restype = None
    lib.vmtp_check.argtypes = scenario + [error]
    lib.vmtp_plan.argtypes = lib.vmtp_run.argtypes = scenario + [text, error]
    lib.vmtp_version.restype = ctypes.c_char_p
    return lib


def _bytes(text):
    return None if text is None else os.fsencode(text)


class Vmtp:
    """One run at a time; several of these run at once in several threads.

    log(level, line)                        a line for the person
    progress(done, expected, left, doing)   some five times a second, left in seconds
    secret(what) -> str                     the answer to a {prompt: WHAT} in the scenario

    They are called from other threads.  An exception in one of them, or Ctrl-C, stops the run
    cleanly and then comes out of run().
    """

    def __init__(self, log=None, progress=None, secret=None, plugin_path=None, state_dir=None,
                 least=INFO):
        self._lib, self._vmtp, self._raised = _library(), ctypes.c_void_p(), None
        self._settings = _Settings(  # kept: the functions in it must live as long as this
            ctypes.sizeof(_Settings), _bytes(plugin_path), _bytes(state_dir), least, None,
            self._guarded(_LOG, log, lambda _, level, line: log(level, line.decode(errors="replace"))),
            self._guarded(_PROGRESS, progress, lambda _, now: progress(
                now[0].done, now[0].expected, now[0].left_ns / 1e9,
                now[0].doing.decode(errors="replace"))),
            self._guarded(_SECRET, secret, lambda _, what, to, room: self._answer(
                secret(what.decode()), to, room), -5))
        error = _Error()
        code = self._lib.vmtp_new(self._settings, self._vmtp, error)
        if code < 0:
            raise Error(code, error.text.decode(errors="replace"))

    def _stop(self, raised):
        self._raised = self._raised or raised
        self.cancel()

    def _guarded(self, kind, wanted, function, failed=None):
        def guarded(*arguments):
            try:
                return function(*arguments)
            except BaseException as raised:  # pylint: disable=broad-except
                self._stop(raised)
                return failed
        return kind(guarded) if wanted else kind()

    def _apart(self, function, *arguments):
        """Call it in a thread: Ctrl-C would not get out of a C function in the main one."""
        returned, done = [], threading.Event()

        def work():
            returned.append(function(*arguments))
            done.set()

        threading.Thread(target=work).start()
        while not done.is_set():
            try:
                done.wait()
            except BaseException as raised:  # pylint: disable=broad-except
                self._stop(raised)
        return returned[0]

    @staticmethod
    def _answer(answer, to, room):
        data = answer.encode() + b"\0"
        if len(data) > room:
            return -7  # E2BIG
        ctypes.memmove(to, data, len(data))
        return 0

    def _call(self, function, scenario, name, *returned):
        if not isinstance(scenario, str):  # YAML is also JSON
            scenario = json.dumps(scenario)
        data, error = scenario.encode(), _Error()
        code = self._apart(function, self._vmtp, data, len(data), _bytes(name), *returned, error)
        document = None
        if returned and returned[0]:
            document = json.loads(ctypes.string_at(returned[0].value))
            self._lib.vmtp_text_free(returned[0])
        raised, self._raised = self._raised, None
        if raised:
            raise raised
        if code < 0:
            raise Error(code, error.text.decode(errors="replace"), document)
        return code, document

    def check(self, scenario, name=None):
        """Raises Error if the scenario (text, or a dict) is wrong; touches nothing."""
        self._call(self._lib.vmtp_check, scenario, name)

    def plan(self, scenario, name=None):
        """What run() would do, as a dict."""
        return self._call(self._lib.vmtp_plan, scenario, name, ctypes.c_void_p())[1]

    def run(self, scenario, name=None):
        """PASSED, FAILED or UNDECIDED, and the result document as a dict."""
        return self._call(self._lib.vmtp_run, scenario, name, ctypes.c_void_p())

    def cancel(self):
        """From any thread: run() returns once everything has been cleaned up."""
        self._lib.vmtp_cancel(self._vmtp)

    def version(self):
        return self._lib.vmtp_version().decode()

    def close(self):
        self._lib.vmtp_free(self._vmtp)
        self._vmtp = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
