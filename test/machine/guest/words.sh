# shellcheck shell=sh
# The words of the steps.

# check NAME COMMAND…: the test passes if the command succeeds; else what it said is shown.
check() {
    name=$1
    shift
    if "$@" > /test/said 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name (status $?): $*"
        tail -n 40 /test/said | sed 's/^/# /'
    fi
}

# says PATTERN COMMAND…: the command prints a line that matches the extended regular expression.
says() {
    pattern=$1
    shift
    said=$("$@" 2>&1)
    echo "$said"
    echo "$said" | grep -Eq -- "$pattern"
}

# silent COMMAND…: the command succeeds and prints nothing.
silent() {
    said=$("$@" 2>&1) || { echo "$said"; return 1; }
    [ -z "$said" ] || { echo "$said"; return 1; }
}

# status NUMBER COMMAND…: the command ends with this exit status.
status() {
    wanted=$1
    shift
    "$@"
    [ $? -eq "$wanted" ]
}

# soon COMMAND…: the command succeeds within a minute.
soon() {
    for _ in $(seq 30); do
        if "$@"; then return 0; fi
        sleep 2
    done
    return 1
}

# not COMMAND…: the command fails.
not() { ! "$@"; }

# Ends this file of steps; the next one begins after the machine has started again.
reboot() { exit 99; }

# The same without warning: what is not on the disk by now is lost.
power_cut() {
    sync /test/done-*
    echo b > /proc/sysrq-trigger
    sleep 60
}
