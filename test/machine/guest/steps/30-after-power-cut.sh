# shellcheck shell=sh
# The change that nobody confirmed is gone. Then services that do not come up.

check 'the record is as it was' says '^80$' config getprop httpd TCPPort
check 'the kernel has the former setting' says '^2$' sysctl -n kernel.kptr_restrict
check 'Apache serves at the former port' says 'the first page' \
    curl -sS --resolve shop.example:80:127.0.0.1 http://shop.example/
check 'the journal says so' says 'rolled back|reverted' journalctl -b -u gabarit-confirm -o cat
check 'all units run' says '^running$' systemctl is-system-running --wait
check 'nothing waits to be confirmed' not test -e /var/lib/gabarit/confirmation.json

# Somebody else has the port: the configuration is right, and Apache cannot start.
systemd-run -q --unit=rival systemd-socket-activate -l 8081 cat
config setprop httpd TCPPort 8081
check 'Apache does not come up: rolled back, and told by the status' status 4 signal-event console-save
check 'Apache serves as before' says 'the first page' \
    curl -sS --resolve shop.example:80:127.0.0.1 http://shop.example/
systemctl stop rival
config setprop httpd TCPPort 80

systemctl stop apache2
db domains set other.example domain
check 'an event starts Apache that was stopped' signal-event domain-create other.example
check 'it runs' systemctl is-active apache2

config setprop sshd TCPPort 2222
check 'sshd gets another port' signal-event --confirm-within no remoteaccess-update
check 'sshd listens there' says ':2222 ' ss -ltnH
