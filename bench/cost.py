# SPDX-License-Identifier: Apache-2.0
"""What a trial costs on top of its second: cost.py VMTP SCENARIO TRIALS."""
import json
import os
import subprocess
import sys
import time

begun = time.monotonic()
process = subprocess.Popen([sys.argv[1], "run", "--no-progress", sys.argv[2]],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, _, usage = os.wait4(process.pid, 0)
trials = int(sys.argv[3])
print(json.dumps({"extra_s": (time.monotonic() - begun - trials) / trials, "rss_kib": usage.ru_maxrss}))
