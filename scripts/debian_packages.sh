# Sourced by scripts that need Debian packages: `want` notes those whose command
# is missing, `install_wanted` installs them, where that is allowed.

missing=""
want() { # want COMMAND PACKAGE
  command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

install_missing() {
  command -v apt-get >/dev/null 2>&1 || return 1
  as_root apt-get update -qq >&2 || return 1
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >&2
}

# Without the right to do so it says what to install, and goes on.
install_wanted() {
  [ -n "$missing" ] || return 0
  say "Installing$missing (apt-get) …"
  install_missing || {
    say "Cannot install$missing: needs apt-get and root, or sudo without a password."
    say "Install by hand, then try again. $1"
  }
}
