#!/usr/bin/env bash
# Puts the program where later steps find it. The environment: VERSION, REPOSITORY and SHA256 are
# the action's inputs. Bash 3.2, macOS's, is enough.
# shellcheck disable=SC2153
set -euo pipefail

# What is said is never an input: a runner acts on lines that look like commands.
fail() {
	echo "::error title=rdnsproxy::$1"
	exit 2
}

found() {
	echo "program=$1" >>"$GITHUB_OUTPUT"
	dirname "$1" >>"$GITHUB_PATH"
}

built() {
	command -v go >/dev/null || fail "there is no Go to build it with: use actions/setup-go before, or the version of a release"
	local root
	root=$(cd "$GITHUB_ACTION_PATH/../../.." && pwd)
	(cd "$root" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -trimpath -o "$program" .)
}

downloaded() {
	local version=${VERSION#v} name archive url expected got
	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "the input version is not 'source', 'installed' or like 1.2.3"
	[[ $REPOSITORY =~ ^[A-Za-z0-9-]+/[A-Za-z0-9_.-]+$ ]] || fail "set the input repository, as OWNER/NAME: whose releases are meant is not known"
	[[ $SHA256 =~ ^([0-9a-f]{64})?$ ]] || fail "the input sha256 does not have 64 digits, in lower case"
	name=rdnsproxy_${version}_${system}_$machine
	archive=$name.tar.gz
	url=$GITHUB_SERVER_URL/$REPOSITORY/releases/download/v$version
	expected=$SHA256
	if [ -z "$expected" ]; then
		fetch "$url/SHA256SUMS" "$dir/sums"
		expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$dir/sums")
		[[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "the release's SHA256SUMS does not list the archive for this machine once"
	fi
	fetch "$url/$archive" "$dir/archive"
	got=$(sum "$dir/archive")
	[ "$got" = "$expected" ] || fail "the release's archive does not have the expected SHA-256"
	# To stdout: whatever the archive's paths are, nothing else is written.
	tar -xzOf "$dir/archive" "$name/rdnsproxy" >"$program" || fail "the program is not in the release's archive"
	chmod 755 "$program"
}

fetch() {
	curl --fail --silent --show-error --location --proto '=https' --retry 3 --max-time 300 --max-filesize 200000000 \
		--output "$2" "$1" || fail "the release could not be downloaded"
}

sum() {
	if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

if [ "$VERSION" = installed ]; then
	command -v rdnsproxy >/dev/null || fail "rdnsproxy is not on PATH"
	found "$(command -v rdnsproxy)"
	exit
fi
case "$RUNNER_OS" in
Linux) system=linux ;;
macOS) system=darwin ;;
*) fail "this runner's system is not Linux or macOS" ;;
esac
case "$RUNNER_ARCH" in
X64) machine=amd64 ;;
X86) machine=386 ;;
ARM64) machine=arm64 ;;
ARM) machine=armv7 ;;
*) fail "this runner's processor is not known" ;;
esac
dir=$(mktemp -d "$RUNNER_TEMP/rdnsproxy.XXXXXX")
program=$dir/rdnsproxy
if [ "$VERSION" = source ]; then built; else downloaded; fi
found "$program"
