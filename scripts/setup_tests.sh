# Sourced by scripts/test: installs the Debian packages that tests need, where
# they are missing. Without the right to do so it says what to install and goes
# on: the tests that need it fail by themselves, the others still tell something.

. scripts/debian_packages.sh

want chromium-headless-shell chromium-headless-shell
want tmux tmux
want vim vim
want htop htop
want less less
want ip iproute2
want zsh zsh
want fish fish

install_wanted "Tests that need it will fail."
