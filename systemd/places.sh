# Read by install.sh and uninstall.sh: their options, and where everything is.
# shellcheck shell=sh disable=SC2034

# pip puts this folder below the prefix that it installs to.
case $SOURCE in
    */share/ampsd/systemd) PREFIX=${PREFIX:-${SOURCE%/share/ampsd/systemd}} ;;
    *) PREFIX=${PREFIX:-/usr/local} ;;
esac
DESTDIR=${DESTDIR:-}
DRY_RUN=

fail() {
    echo "$(basename -- "$0"): $*" >&2
    exit 1
}

# Does it, or says what would be done.
run() {
    if [ -n "$DRY_RUN" ]; then
        echo "would run: $*"
    else
        "$@"
    fi
}

say() {
    [ -n "$DRY_RUN" ] || echo "$*"
}

case "$#:${1:-}" in
    0:) ;;
    1:--dry-run) DRY_RUN=yes ;;
    1:-h | 1:--help)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *) fail "the only option is --dry-run; PREFIX and DESTDIR are variables" ;;
esac
case $PREFIX in
    *[!A-Za-z0-9/._+-]*) fail "PREFIX is no path that a unit takes as it is: $PREFIX" ;;
    /*) ;;
    *) fail "PREFIX is no absolute path: $PREFIX" ;;
esac

# systemd looks for units below these prefixes, and in /etc.
case $PREFIX in
    /usr | /usr/local)
        UNITS=$DESTDIR$PREFIX/lib/systemd/system
        USERS=$DESTDIR$PREFIX/lib/sysusers.d
        ;;
    *)
        UNITS=$DESTDIR/etc/systemd/system
        USERS=$DESTDIR/etc/sysusers.d
        ;;
esac
DROP_INS=$DESTDIR$PREFIX/share/ampsd/drop-ins
CONFIGURATION=$DESTDIR/etc/ampsd
LOGROTATE=$DESTDIR/etc/logrotate.d
UNIT_FILES='ampsd.service ampsd@.service ampsd.socket ampsd@.socket'
DROP_IN_FILES='execute-system.conf notify-reload.conf'

if [ -z "$DESTDIR$DRY_RUN" ] && [ "$(id -u)" != 0 ]; then
    fail "only root may do this; --dry-run tells what would be done"
fi
