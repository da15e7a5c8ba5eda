#!/usr/bin/env bash
# Builds and runs the two sample services talking, and kills one of them twice to show that nothing is lost.
#
#   ./demo.sh           shows it, then keeps running until Ctrl-C
#   ./demo.sh --check   shows it, ends all processes, exits 0 only if no order was lost
#
# Ports: ORDER_GRPC_PORT (9090), ORDER_HTTP_PORT (8080), PAYMENT_GRPC_PORT (9091), PAYMENT_HTTP_PORT (8081),
# ZIPKIN_PORT (9411, or any free one).
# Needs a JDK 17 or newer and Maven 3.8 or newer; on Debian or Ubuntu, root gets them installed.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '%s\n' "$*"; }
fail() { printf 'demo.sh: %s\n' "$*" >&2; exit 1; }

for argument in "$@"; do
  case "$argument" in
    --check) ;;
    -h | --help) sed -n '2,9p' "$0" | cut -c3-; exit 0 ;;
    *) fail "argument: '$argument' (expected: nothing, or --check)" ;;
  esac
done

# --- the two tools -------------------------------------------------------------------------------------------------

java_home_bin() { if [ -n "${JAVA_HOME:-}" ]; then printf '%s/bin/' "$JAVA_HOME"; fi; }

jdk_version() {
  local javac; javac="$(java_home_bin)javac"
  command -v "$javac" > /dev/null 2>&1 || return 1
  local version; version="$("$javac" -version 2>&1)" || return 1
  version="${version##javac }"
  printf '%s' "${version%%[.-]*}"
}

maven_is_new_enough() {
  command -v mvn > /dev/null 2>&1 || return 1
  local line version major rest minor
  line="$(mvn -B -v 2> /dev/null)" || return 1
  version="${line#*Apache Maven }"
  version="${version%%[!0-9.]*}"
  major="${version%%.*}"; rest="${version#*.}"; minor="${rest%%.*}"
  [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 8 ]; }
}

jdk_is_new_enough() {
  local version; version="$(jdk_version)" || return 1
  [ "$version" -ge 17 ] 2> /dev/null
}

if ! jdk_is_new_enough || ! maven_is_new_enough; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null 2>&1; then
    say "Installing a JDK and Maven (apt-get) ..."
    apt-get update -qq > /dev/null && apt-get install -y -qq openjdk-17-jdk-headless maven > /dev/null \
      || apt-get install -y -qq default-jdk-headless maven > /dev/null \
      || fail "apt-get could not install a JDK and Maven"
  fi
  jdk_is_new_enough || fail "no JDK 17 or newer (seen: $(jdk_version || printf none)).
  Debian, Ubuntu:  sudo apt-get install openjdk-17-jdk-headless     (or set JAVA_HOME)
  Fedora:          sudo dnf install java-17-openjdk-devel
  macOS:           brew install openjdk@17"
  maven_is_new_enough || fail "no Maven 3.8 or newer.
  Debian, Ubuntu:  sudo apt-get install maven
  Fedora:          sudo dnf install maven
  macOS:           brew install maven"
fi

# --- the build, when it is the first or something has changed --------------------------------------------------------

order_jar=sample-order-service/target/sample-order-service-0.1.0.jar
payment_jar=sample-payment-service/target/sample-payment-service-0.1.0.jar

# As old as the sources that the last good build saw.
stamp=target/demo-built

needs_build() {
  [ -f "$order_jar" ] && [ -f "$payment_jar" ] && [ -f "$stamp" ] || return 0
  local file
  shopt -s globstar nullglob
  for file in pom.xml proto/pom.xml proto/*/pom.xml proto/*/src/main/**/*.proto \
    {platform-starter,sample-order-service,sample-payment-service}/{pom.xml,src/main/**/*}; do
    if [ -f "$file" ] && [ "$file" -nt "$stamp" ]; then return 0; fi
  done
  return 1
}

if needs_build; then
  say "Building (the first time Maven fetches what it needs, which takes minutes) ..."
  mkdir -p target && touch "$stamp.new"
  mvn -B -q -Dstyle.color=never -Dfast -DskipTests -Dzipkin.skip -pl sample-payment-service,sample-order-service -am package >&2 \
    || fail "the build failed; 'mvn -Dfast -DskipTests package' says more"
  mv -f "$stamp.new" "$stamp"
fi

# --- Zipkin, a jar of its own; the demo can do without ----------------------------------------------------------------

zipkin_jar=sample-order-service/target/zipkin/zipkin-server.jar

if [ ! -f "$zipkin_jar" ]; then
  say "Fetching Zipkin (130 MB from Maven Central, once) ..."
  mvn -B -q -ntp -Dstyle.color=never -pl sample-order-service dependency:copy@zipkin > target/zipkin.log 2>&1 \
    || say "Zipkin could not be fetched (target/zipkin.log says why): the demo runs without traces"
fi

# --- the play --------------------------------------------------------------------------------------------------------

terminal=false
if [ -t 1 ]; then terminal=true; fi

# The driver takes this shell's place: Ctrl-C and signals reach it directly, and it ends what it has started.
exec "$(java_home_bin)java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m \
  -Dloader.main=io.grpcplatform.samples.order.demo.Demo \
  -Ddemo.order-jar="$order_jar" -Ddemo.payment-jar="$payment_jar" \
  -Ddemo.zipkin-jar="$zipkin_jar" -Ddemo.directory="target/demo" -Ddemo.terminal="$terminal" \
  -cp "$order_jar" org.springframework.boot.loader.launch.PropertiesLauncher "$@"
