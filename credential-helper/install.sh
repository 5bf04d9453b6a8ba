#!/usr/bin/env bash
# Builds docker-credential-longshore as one file that needs no library of the system, and installs it below a prefix
# with its manual page and completion for bash, zsh and fish.
#
#   credential-helper/install.sh [PREFIX]      PREFIX is ~/.local, or for instance /usr/local
set -euo pipefail

readonly PREFIX=${1:-$HOME/.local}
readonly PROGRAM=docker-credential-longshore
cd "$(dirname "$0")/.."

main() {
  local target built
  target=$(static_target)
  if [ -n "$target" ]; then build_static "$target"; else build; fi
  built="${CARGO_TARGET_DIR:-target}/${target:+$target/}release/$PROGRAM"
  put 755 "$built" "bin/$PROGRAM"
  put 644 <("$built" man) "share/man/man1/$PROGRAM.1"
  put 644 <("$built" completion bash) "share/bash-completion/completions/$PROGRAM"
  put 644 <("$built" completion zsh) "share/zsh/site-functions/_$PROGRAM"
  put 644 <("$built" completion fish) "share/fish/vendor_completions.d/$PROGRAM.fish"
  case ":$PATH:" in
    *":$PREFIX/bin:"*) ;;
    *) echo "Add $PREFIX/bin to your PATH: docker and podman look for $PROGRAM there." ;;
  esac
}

# The target without a system library. Only Linux has one: elsewhere that library is the way to the system.
static_target() {
  case "$(uname -sm)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64") echo aarch64-unknown-linux-musl ;;
  esac
}

build_static() {
  local compiler=CC_${1//-/_}
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$1" ]; then
    command -v rustup >/dev/null || { echo "The Rust target $1 is missing, and so is rustup to add it." >&2; exit 1; }
    rustup target add "$1"
  fi
  # The only C in it is cryptography, which calls no library, so the compiler of the system will do.
  env "$compiler=${!compiler:-cc}" cargo build --quiet --release --package credential-helper --target "$1"
}

build() { cargo build --quiet --release --package credential-helper; }

# Installs a file (or what a command prints) with a mode, and says so.
put() {
  mkdir -p "$PREFIX/$(dirname "$3")"
  # A process substitution is no file that `install` takes; and a program that runs is replaced, not overwritten.
  cat "$2" >"$PREFIX/$3.new"
  chmod "$1" "$PREFIX/$3.new"
  mv "$PREFIX/$3.new" "$PREFIX/$3"
  echo "$PREFIX/$3"
}

main
