#!/bin/sh
#SBATCH --job-name=sshd-audit
#SBATCH --array=0-15
#SBATCH --output=slurm-%x-%A_%a.out
# Reads the sshd logs of many servers, each task its own share, and merges them:
#
#   mkdir parts
#   job=$(sbatch --parsable --array=0-15 slurm-array.sh files.txt parts)
#   sbatch --dependency=afterok:"${job%%;*}" --wrap \
#     'rdnsproxy audit --merge --format html --output report.html parts/*.tally'
#
# files.txt has one log file per line: all files of a server together, the oldest first.
# Each task reads a run of neighbouring lines, and the parts sort as the lines do, so the
# report is the one that a single process would write. The logs, the list and the parts
# have to be in directories that all nodes see.
set -eu
list=$1 parts=$2
index=$((SLURM_ARRAY_TASK_ID - ${SLURM_ARRAY_TASK_MIN:-0})) count=$SLURM_ARRAY_TASK_COUNT

lines=$(grep -c . "$list")
from=$((lines * index / count + 1)) to=$((lines * (index + 1) / count))
[ "$from" -le "$to" ] || exit 0 # more tasks than files

grep . "$list" | sed -n "${from},${to}p" | xargs -d '\n' \
	rdnsproxy audit --format tally --output "$parts/$(printf %05d "$index").tally"
