#!/bin/sh
#SBATCH --job-name=rdns-check
#SBATCH --array=0-15
#SBATCH --requeue
#SBATCH --output=slurm-%x-%A_%a.out
# Checks a long list of hosts, each task its own share, and merges the results:
#
#   mkdir results
#   job=$(sbatch --parsable --array=0-15 check-array.sh hosts.txt results)
#   sbatch --dependency=afterok:"${job%%;*}" --wrap \
#     'rdnsproxy check --merge --format summary --output report.txt results/*.jsonl'
#
# The list and the results have to be where all nodes see them. A task that is run again
# goes on where it was; so does the whole, with the same commands. All tasks ask the same
# DNS servers: RATE is for each, so divide what your servers may be asked by the tasks.
set -eu
[ $# -eq 2 ] || { echo "usage: sbatch check-array.sh LIST RESULTS" >&2; exit 2; }
list=$1 results=$2

status=0
rdnsproxy check --dns-only --shard auto --rate "${RATE:-auto}" --from-file "$list" \
	--resume "$results/$(printf %05d "$SLURM_ARRAY_TASK_ID").jsonl" || status=$?
# 1 and 3 are about hosts. The task has failed only if its share was not checked.
[ "$status" -eq 0 ] || [ "$status" -eq 1 ] || [ "$status" -eq 3 ]
