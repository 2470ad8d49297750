#!/usr/bin/env bash
# Checks the hosts once, and reports from what that has found. The environment: PROGRAM, and the
# action's inputs HOSTS, FROM_FILE, DNS_ONLY, FAIL_ON and ARGS. Bash 3.2, macOS's, is enough.
# shellcheck disable=SC2153
set -euo pipefail

fail() {
	echo "::error title=rdnsproxy::$1"
	exit 2
}

# The runner takes nothing in what runs here for a command: no name, and no file's either.
# https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
quietly() {
	local token status=0
	token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	echo "::stop-commands::$token"
	"$@" 2>&1 || status=$?
	echo
	echo "::$token::"
	return "$status"
}

flags=(--fail-on="$FAIL_ON")
case "$DNS_ONLY" in
true) flags+=(--dns-only) ;;
false) ;;
*) fail "the input dns-only is neither true nor false" ;;
esac
while IFS= read -r file; do
	[ -z "$file" ] || flags+=(--from-file="$file")
done <<<"$FROM_FILE"
while IFS= read -r flag; do
	case "$flag" in
	"") ;;
	-*) flags+=("$flag") ;;
	*) fail "a line of the input args does not begin with a hyphen; a value follows an equals sign" ;;
	esac
done <<<"$ARGS"
# Split at blanks and line breaks; nothing is expanded.
hosts=()
while IFS= read -r -d ' ' host; do
	[ -z "$host" ] || hosts+=("$host")
done <<<"$(printf '%s ' "$HOSTS" | tr '\t\r\n' '   ') "

report=$(mktemp -d "$RUNNER_TEMP/rdnsproxy.XXXXXX")/report.jsonl
status=0
quietly "$PROGRAM" check "${flags[@]}" --format=jsonl --output="$report" -- ${hosts[@]+"${hosts[@]}"} || status=$?
if [ -s "$report" ]; then
	echo "report=$report" >>"$GITHUB_OUTPUT"
	# The annotations and the job summary, and the status once more.
	said=$report.stderr
	status=0
	"$PROGRAM" check --merge --fail-on="$FAIL_ON" --format=github "$report" 2>"$said" || status=$?
	[ ! -s "$said" ] || quietly cat "$said"
elif [ "$status" -ne 0 ]; then
	echo "::error title=rdnsproxy::nothing was checked; the log says why"
fi
echo "status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
