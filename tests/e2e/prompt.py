#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Answer a program's prompt on a terminal of its own: prompt.py PROMPT ANSWER COMMAND...

Prints what the program wrote and ends as it does.  Between the prompt and the answer the program has
half a second in which it must not write anything.  Without an answer ('') it is sent SIGTERM."""
import os
import pty
import select
import signal
import sys


def read(terminal, seconds):
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return None
    try:
        return os.read(terminal, 4096)
    except OSError:  # it has ended
        return b""


def main():
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.argv[3], sys.argv[3:])
    text = b""
    while not text.endswith(f"{sys.argv[1]}: ".encode()):
        more = read(terminal, 20)
        if not more:
            sys.exit(f"no prompt: {text}")
        text += more
    more = read(terminal, 0.5)
    if more:
        sys.exit(f"written behind the prompt: {more}")
    if sys.argv[2]:
        os.write(terminal, sys.argv[2].encode() + b"\n")
    else:
        os.kill(child, signal.SIGTERM)
    while more is None or more:
        more = read(terminal, 20)
        text += more or b""
    _, status = os.waitpid(child, 0)
    print(text.decode())
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
