#!/bin/sh
# Installs the units of ampsd. Twice is the same as once. Starts and enables nothing, and needs no network.
#
#     install.sh [--dry-run]
#
# PREFIX   where bin/ampsd is: /usr, or the directory of a virtual environment. Default: where pip has put this script
#          beside it, otherwise /usr/local
# DESTDIR  stands before all paths, to build a package; then no user is made, and systemd is told nothing
#
# What is the operator's once it is there, the configuration and the logrotate snippet, is never written over.

set -eu
umask 022
SOURCE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=places.sh
. "$SOURCE/places.sh"

# A directory that may be there already.
directory() {
    [ -d "$1" ] || run install -d -m "${2:-0755}" "$1"
}

# A file with the path of our program in it.
put() {
    sed "s,/usr/local/bin/ampsd,$PREFIX/bin/ampsd,g" "$SOURCE/$1" >"$WORK/file"
    if cmp -s "$WORK/file" "$2"; then
        say "is there:  $2"
    else
        directory "$(dirname -- "$2")"
        run install -m 0644 "$WORK/file" "$2"
        say "installed: $2"
    fi
}

# A file that belongs to the operator once it is there.
offer() {
    if [ -e "$2" ]; then
        say "kept:      $2"
    else
        run install -m "$3" "$SOURCE/$1" "$2"
        say "installed: $2"
    fi
}

# The unit hides home directories, also when only the Python of a virtual environment is in one.
check_program() {
    program=$PREFIX/bin/ampsd
    [ -x "$program" ] || fail "there is no $program: install ampsd there, or set PREFIX"
    for one in "$program" "$(sed -n '1s/^#! *\([^ ]*\).*/\1/p;q' "$program")"; do
        real=$(readlink -f -- "$one" || true)
        case $real in
            /home/* | /root/* | /run/user/*) fail "$one is $real, where no service can see it (ProtectHome)" ;;
        esac
    done
}

make_user() {
    if getent passwd ampsd >/dev/null; then
        say "is there:  user ampsd"
    elif grep -Eq '^DynamicUser=(yes|true|on|1)$' "$SOURCE/ampsd.service"; then
        say "not made:  user ampsd, for systemd makes it when the service starts"
    elif command -v systemd-sysusers >/dev/null; then
        run systemd-sysusers "$USERS/ampsd.conf"
    else
        run useradd --system --user-group --home-dir /var/lib/ampsd --shell /usr/sbin/nologin ampsd
    fi
}

[ -n "$DESTDIR" ] || check_program
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

for file in $UNIT_FILES; do
    put "$file" "$UNITS/$file"
done
for file in $DROP_IN_FILES; do
    put "drop-ins/$file" "$DROP_INS/$file"
done
put ampsd.sysusers "$USERS/ampsd.conf"
[ -n "$DESTDIR" ] || make_user

is_new=$([ -e "$CONFIGURATION/config.xml" ] || echo yes)
directory "$CONFIGURATION" 0750
offer config.xml "$CONFIGURATION/config.xml" 0640
if [ -n "$is_new" ] && [ -z "$DESTDIR" ]; then
    run chgrp ampsd "$CONFIGURATION" "$CONFIGURATION/config.xml"
fi
directory "$LOGROTATE"
offer ampsd.logrotate "$LOGROTATE/ampsd" 0644

if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    run systemctl daemon-reload
fi

say "
Next: write $CONFIGURATION/config.xml, then
    systemctl enable --now ampsd          one instance
    systemctl enable --now ampsd@NAME     with $CONFIGURATION/NAME/config.xml
Changes of the units that some need are in $DROP_INS"
