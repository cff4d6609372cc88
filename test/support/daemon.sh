#!/bin/sh
# A small daemon for the tests of service managers: writes what happens to it into FILE.
# daemon.sh FILE [stubborn]: a stubborn one does not stop when it is told to.
log=$1
say() { echo "$1" >>"$log"; }
trap 'say reload' HUP USR1
if [ "${2:-}" = stubborn ]; then trap 'say ignored' TERM; else trap 'say stop; exit 0' TERM; fi
say start
while :; do sleep 0.05; done
