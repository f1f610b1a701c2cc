# SPDX-License-Identifier: Apache-2.0
# What runs inside of the lab.
. "$(dirname "$0")/common.sh"
for file in "$run"/*.pid; do
    name=$(basename "$file" .pid)
    alive "$name" && state=up || state=down
    printf '%-4s %s\n' "$state" "$name"
done
ps -eo rss= | awk '{ sum += $1 } END { printf "%d processes, %d MB\n", NR, sum / 1024 }'
