#!/usr/bin/env bash
# Runs every test there is: looks for a JDK and Maven, says what is missing, then runs `mvn verify`.
# Arguments go to Maven.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf 'test.sh: %s\n' "$*"; }

# The first number of a version; Java before 9 said 1.8.
major() { local rest=${1#1.}; echo "${rest%%[!0-9]*}"; }

maven_is_new_enough() {
  local version
  version=$(mvn -B -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  [ -n "$version" ] || return 1
  case $version in [012].* | 3.[0-7] | 3.[0-7].*) return 1 ;; esac
}

# The JDK that Maven runs in is the one that compiles, whatever `java` on the path is.
jdk_is_new_enough() {
  local version home
  version=$(mvn -B -v 2>/dev/null | sed -n 's/.*Java version: \([0-9.]*\).*/\1/p')
  home=$(mvn -B -v 2>/dev/null | sed -n 's/.*runtime: \(.*\)/\1/p')
  [ -n "$version" ] && [ "$(major "$version")" -ge 17 ] && [ -x "$home/bin/javac" ]
}

install_tools() {
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing a JDK and Maven with apt-get"
    apt-get update -q
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends openjdk-17-jdk-headless maven ||
      apt-get install -y -q --no-install-recommends default-jdk-headless maven
  else
    say "needed: a JDK 17 or newer and Maven 3.8 or newer, with JAVA_HOME set to that JDK."
    say "on Debian or Ubuntu: sudo apt-get install openjdk-17-jdk-headless maven"
    say "on macOS:            brew install openjdk@17 maven"
    exit 1
  fi
}

if ! maven_is_new_enough || ! jdk_is_new_enough; then
  install_tools
  if ! maven_is_new_enough || ! jdk_is_new_enough; then
    say "the JDK or Maven found first is still too old; set JAVA_HOME and PATH to newer ones:"
    mvn -B -v || true
    exit 1
  fi
fi
mvn -B -v | sed -n '/Apache Maven/p;/Java version/p'

# A Debian package for the tests' own use: its service is neither started now nor at the next boot.
install_unstarted() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
  local policy=/usr/sbin/policy-rc.d ours=
  say "installing $1 with apt-get"
  apt-get update -q || true
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=yes
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" || true
  [ -z "$ours" ] || rm -f "$policy"
  if command -v systemctl >/dev/null; then systemctl disable -q "$1" >/dev/null 2>&1 || true; fi
}

# Limits that processes share, and durable calls, are tested against a real Redis; durable calls also against a real RabbitMQ. Kafka
# comes with Maven. The tests start processes of their own, on ports of their own.
command -v redis-server >/dev/null || install_unstarted redis-server
if ! command -v redis-server >/dev/null; then
  say "skipped: rate limits and durable calls through a real Redis (no redis-server found; with CI=true this fails)"
fi
rabbitmq=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x "$rabbitmq" ] || install_unstarted rabbitmq-server
if [ ! -x "$rabbitmq" ]; then
  say "skipped: durable calls through a real RabbitMQ (no $rabbitmq found; with CI=true this fails)"
fi

# The alerts of the charts are tested by Prometheus' own tool. Debian's package would start a server: only the tool is taken out of it.
tools=$PWD/target/tools
if ! command -v promtool >/dev/null && [ ! -x "$tools/promtool" ] && command -v apt-get >/dev/null; then
  say "taking promtool out of Debian's package prometheus"
  mkdir -p "$tools"
  (
    cd "$tools" &&
      { apt-get download -q prometheus || { [ "$(id -u)" -eq 0 ] && apt-get update -q && apt-get download -q prometheus; }; } &&
      dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool &&
      rm prometheus_*.deb
  ) || rm -f "$tools"/prom*
fi
PATH=$PATH:$tools
if ! command -v promtool >/dev/null; then
  say "skipped: when the alerts of the charts fire (no promtool found; with CI=true this fails)"
fi

# A JDK 21 or newer beside it: the features' tests run there too, on the same class files.
newer_jdk=
for home in "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}" "${JAVA_HOME_21_X64:-}" /usr/lib/jvm/*; do
  if [ -x "$home/bin/java" ] && [ -r "$home/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9.]*\).*/\1/p' "$home/release")
    if [ -n "$version" ] && [ "$(major "$version")" -ge 21 ]; then
      newer_jdk=$home
      break
    fi
  fi
done
options=()
if [ -n "$newer_jdk" ]; then
  say "the starter's feature tests also run on Java $version"
  options+=("-Dnewer.jdk=$newer_jdk")
else
  say "skipped: the starter's feature tests on a newer Java (no JDK 21 or newer found)"
fi
case $(uname -sm) in
  "Linux x86_64" | "Linux aarch64" | "Darwin x86_64" | "Darwin arm64") ;;
  *) say "skipped: lint of the contracts and tests of the charts, whose tools are not made for $(uname -sm)" ;;
esac
say "everything else the tests need comes with Maven; nothing else is skipped"

find . -type d \( -name 'surefire-reports*' -o -name failsafe-reports \) -path '*/target/*' -prune -exec rm -rf {} +

status=0
mvn -B -ntp verify ${options[@]+"${options[@]}"} "$@" || status=$?

find . -path '*/target/*-reports*/TEST-*.xml' -exec cat {} + | awk '
  /^ *<testcase / { tests++ }
  /^ *<(failure|error)[ >]/ { failed++ }
  /^ *<skipped/ { skipped++ }
  END { printf "test.sh: %d tests ran: %d failed, %d skipped\n", tests - skipped, failed, skipped }'
if [ "$status" -eq 0 ]; then say "all green"; else say "the build failed (see above)"; fi
exit "$status"
