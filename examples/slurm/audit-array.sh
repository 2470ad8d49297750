#!/bin/sh
#SBATCH --job-name=sshd-audit
#SBATCH --array=0-15
#SBATCH --output=slurm-%x-%A_%a.out
# Reads the sshd logs of many servers, each task its own share, and merges them:
#
#   mkdir parts
#   job=$(sbatch --parsable --array=0-15 audit-array.sh servers.txt parts)
#   sbatch --dependency=afterok:"${job%%;*}" --wrap \
#     'rdnsproxy audit --merge --format html --output report.html parts/*.tally'
#
# servers.txt has one directory per line, with the logs of one server: auth.log*, secure*,
# messages* or a journal. A server's logs are all read by the same task, in their order.
# The directories, the list and the parts have to be where all nodes see them.
set -eu
[ $# -eq 2 ] || { echo "usage: sbatch audit-array.sh LIST PARTS" >&2; exit 2; }
list=$1 parts=$2
index=$((SLURM_ARRAY_TASK_ID - ${SLURM_ARRAY_TASK_MIN:-0})) count=$SLURM_ARRAY_TASK_COUNT

lines=$(grep -c . "$list")
from=$((lines * index / count + 1)) to=$((lines * (index + 1) / count))
[ "$from" -le "$to" ] || exit 0 # more tasks than servers

grep . "$list" | sed -n "${from},${to}p" | xargs -d '\n' \
	rdnsproxy audit --format tally --output "$parts/$(printf %05d "$index").tally"
