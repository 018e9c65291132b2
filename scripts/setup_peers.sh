#!/bin/sh
# Installs the supervisors that scripts/bench compares ours with: pm2 from npm
# into .tools/peers, supervisord from Debian. Run by scripts/bench.
. "$(dirname "$0")/setup.sh"
. scripts/debian_packages.sh

want supervisord supervisor
# What is published for Node is run by Node.
want node nodejs
install_wanted "What is compared with it cannot be measured."

peers=.tools/peers
if ! [ -x "$peers/node_modules/.bin/pm2" ]; then
  say "Installing pm2 into $peers …"
  mkdir -p "$peers"
  [ -f "$peers/package.json" ] || echo '{"private":true}' >"$peers/package.json"
  (cd "$peers" && "$BUN" add --no-summary pm2@latest >&2)
fi
