# shellcheck shell=sh
# This machine founds a fleet, another root joins it, and the agent takes a release under its unit.

# other COMMAND…: on the other host, a root without a service manager.
other() {
    GABARIT_ROOT=/test/www1 GABARIT_SERVICE_MANAGER=none "$@"
}

# exposed UNIT: how much of the system a unit can reach, or why it must.
exposed() {
    systemd-analyze security --no-pager "$1" | grep 'exposure level'
    grep '^# systemd-analyze security: ' "/etc/systemd/system/$1"
}

systemctl enable -q etcd
check 'a fleet is founded' says 'is the first controller of the fleet shops' \
    gabarit fleet init shops --address 192.168.1.1 --host office
check 'its store runs' says '^active$' systemctl is-active etcd
check 'as its user' says '^etcd$' ps -o user:20= -p "$(systemctl show -P MainPID etcd)"
check 'the agent runs' says '^active$' systemctl is-active gabarit-fleet.service
check 'both start with the machine' says '^enabled enabled $' sh -c 'systemctl is-enabled etcd gabarit-fleet | tr "\n" " "'
check 'it leads' soon says '^leader: office$' gabarit fleet status
check 'why it is not confined is told' exposed gabarit-fleet.service

db --fleet configuration set note note Text one
check 'a release is taken, and proved' gabarit fleet publish --wait --soak no
check 'its record is here' says '^one$' config getprop note Text
check 'the fleet is well' says '^office +1 +confirmed' gabarit fleet status

mkdir -p /test/www1
other config set DomainName example.org
gabarit fleet invite www1 > /test/token
check 'another root joins' says 'this host is www1 of the fleet shops' \
    other gabarit fleet join --token-file /test/token --wait 300
check 'it is one of the fleet' says '^www1 +- +host' gabarit fleet hosts
check 'and leaves' says 'www1 is no host of the fleet any more' gabarit fleet leave www1

agent=$(systemctl show -P MainPID gabarit-fleet.service)
systemctl kill -s KILL gabarit-fleet.service
# another_agent: it runs again, as another process.
another_agent() {
    systemctl is-active gabarit-fleet.service && [ "$(systemctl show -P MainPID gabarit-fleet.service)" != "$agent" ]
}
check 'killed, it comes back by itself' soon another_agent
check 'and leads again' soon says '^leader: office$' gabarit fleet status
systemctl kill -s KILL etcd
check 'so does the store' soon says '^active$' systemctl is-active etcd
db --fleet configuration set note note Text two
check 'and the next release is taken' gabarit fleet publish --wait --soak no
check 'its record is here, too' says '^two$' config getprop note Text
check 'after all this, nothing is wrong with it' not says '(warning|error) +fleet:' gabarit doctor
reboot
