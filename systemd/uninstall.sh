#!/bin/sh
# Stops the services of ampsd and removes what install.sh has installed. Twice is the same as once.
#
#     uninstall.sh [--dry-run]
#
# PREFIX and DESTDIR as they were for install.sh. What is the operator's stays, and it says where that is.

set -eu
SOURCE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=places.sh
. "$SOURCE/places.sh"

remove() {
    if [ -e "$1" ]; then
        run rm -f -- "$1"
        say "removed: $1"
    fi
}

# A directory, unless somebody else has put something into it.
remove_empty() {
    if [ -d "$1" ] && [ -z "$(ls -A -- "$1")" ]; then
        run rmdir -- "$1"
    fi
}

if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ] && [ -e "$UNITS/ampsd.service" ]; then
    # Sockets first: a client that connects meanwhile would start the service again.
    run systemctl stop ampsd.socket 'ampsd@*.socket'
    run systemctl stop ampsd.service 'ampsd@*.service'
    for file in $UNIT_FILES; do
        run systemctl disable --quiet "$file"
    done
fi

for file in $UNIT_FILES; do
    remove "$UNITS/$file"
done
for file in $DROP_IN_FILES; do
    remove "$DROP_INS/$file"
done
remove_empty "$DROP_INS"
remove_empty "$(dirname -- "$DROP_INS")"
remove "$USERS/ampsd.conf"
if cmp -s "$SOURCE/ampsd.logrotate" "$LOGROTATE/ampsd"; then
    remove "$LOGROTATE/ampsd"
elif [ -e "$LOGROTATE/ampsd" ]; then
    say "kept:    $LOGROTATE/ampsd, for it was changed"
fi

if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    run systemctl daemon-reload
fi

echo "
Still there, if it ever was, for it is yours:
    configurations           $CONFIGURATION
    journals and other data  $DESTDIR/var/lib/ampsd and ampsd-NAME
    logs                     $DESTDIR/var/log/ampsd and ampsd-NAME
    caches                   $DESTDIR/var/cache/ampsd and ampsd-NAME
    changes of the units     $DESTDIR/etc/systemd/system/ampsd*.d
    who owns them            user and group ampsd"
