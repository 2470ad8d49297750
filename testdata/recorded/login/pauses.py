#!/usr/bin/python3
"""pauses.py COMMAND...: runs it, and says after and before which lines of its stderr it paused longest."""
import subprocess, sys, time
start = time.time()
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
lines = [(0.0, "(start)")]
for l in p.stderr:
    lines.append((time.time() - start, l.rstrip()))
p.wait()
lines.append((time.time() - start, "(end, status %d)" % p.returncode))
gaps = sorted(range(1, len(lines)), key=lambda i: lines[i - 1][0] - lines[i][0])[:2]
print("    total %.2f s" % lines[-1][0])
for i in sorted(gaps):
    d = lines[i][0] - lines[i - 1][0]
    if d > 0.3:
        print("    %.2f s after:  %s\n           before: %s" % (d, lines[i - 1][1][:110], lines[i][1][:110]))
