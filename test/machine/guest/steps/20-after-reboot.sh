# shellcheck shell=sh
# All is up again, in the right order. Then the power fails while a change waits to be confirmed.

# moment UNIT PROPERTY: microseconds since the start of the machine.
moment() { systemctl show -p "$2Monotonic" --value "$1"; }

firewall_before_network() {
    loaded=$(moment gabarit-firewall ActiveEnterTimestamp) network=$(moment systemd-networkd InactiveExitTimestamp)
    echo "loaded at $loaded, network at $network"
    [ "$loaded" -gt 0 ] && [ "$loaded" -lt "$network" ]
}

files_before_apache() {
    made=$(moment gabarit-boot ActiveEnterTimestamp) apache=$(moment apache2 InactiveExitTimestamp)
    echo "made at $made, Apache started at $apache"
    [ "$made" -gt 0 ] && [ "$made" -lt "$apache" ]
}

check 'after a restart all units run' says '^running$' systemctl is-system-running --wait
check 'no unit of ours has failed or complained' silent journalctl -b -q -p warning -o cat -u 'gabarit-*'
check 'the firewall was loaded before the network' firewall_before_network
check 'its rules are in the kernel' says '^-A INPUT -j gabarit-input' iptables -S INPUT
check 'the files were made before Apache started' files_before_apache
check 'the kernel has our setting' says '^2$' sysctl -n kernel.kptr_restrict
check 'sshd has our setting' says '^maxauthtries 3$' sshd -T
check 'what is in effect is what is recorded' soon gabarit verify --effective
check 'the timer waits again' says gabarit-letsencrypt.timer systemctl list-timers

config setprop httpd TCPPort 8080
config setprop sysctl kernel.kptr_restrict 1
check 'a change is made until it is confirmed' signal-event --confirm-within 30m console-save
check 'it is in effect' says 'the first page' \
    curl -sS --resolve shop.example:8080:127.0.0.1 http://shop.example:8080/
power_cut
