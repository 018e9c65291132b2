# Sourced by the other scripts: goes to the project's root and makes sure that
# Bun and the dependencies are there. Sets nothing up twice, and puts nothing
# outside the project's folder.
#
# Needs one of: Bun, or Node with npm.

set -eu
cd "$(dirname "$0")/.."
ROOT=$PWD
BUN_VERSION=1.4.5

say() { printf '%s\n' "$*" >&2; }

# Whether the Bun found at $1 is new enough to build this.
bun_fits() {
  have=$("$1" --version 2>/dev/null) || return 1
  [ "$(printf '%s\n%s\n' "$BUN_VERSION" "$have" | sort -V | head -n 1)" = "$BUN_VERSION" ]
}

find_bun() {
  for candidate in "$(command -v bun || true)" "$HOME/.bun/bin/bun" \
    "$ROOT/.tools/bun/node_modules/.bin/bun"; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    if bun_fits "$candidate"; then
      BUN=$candidate
      return 0
    fi
  done
  return 1
}

if ! find_bun; then
  if command -v npm >/dev/null 2>&1; then
    say "Installing Bun $BUN_VERSION into .tools (npm) …"
    mkdir -p .tools/bun
    [ -f .tools/bun/package.json ] || echo '{"private":true}' >.tools/bun/package.json
    npm install --prefix .tools/bun --no-audit --no-fund --loglevel=error "bun@$BUN_VERSION" >&2 || true
  elif old=$(command -v bun); then
    say "Installing Bun $BUN_VERSION into .tools (bun) …"
    mkdir -p .tools/bun
    [ -f .tools/bun/package.json ] || echo '{"private":true,"trustedDependencies":["bun"]}' >.tools/bun/package.json
    (cd .tools/bun && "$old" add "bun@$BUN_VERSION" >&2) || true
  fi
  find_bun || {
    say "Cannot find Bun $BUN_VERSION or newer, nor install it with npm."
    say "Install Node.js with npm (https://nodejs.org) or Bun (https://bun.sh), then try again."
    exit 1
  }
fi
case "$BUN" in
"$ROOT"/*) PATH=$(dirname "$BUN"):$PATH ;;
"$HOME"/.bun/*) PATH=$(dirname "$BUN"):$PATH ;;
esac
PATH=$ROOT/node_modules/.bin:$PATH
export PATH BUN

# The lock file is the truth: install again only when it has changed.
stamp=node_modules/.installed
if ! [ -f "$stamp" ] || ! cmp -s bun.lock "$stamp"; then
  say "Installing dependencies …"
  "$BUN" install --frozen-lockfile >&2
  cp bun.lock "$stamp"
fi
