# shellcheck shell=sh
# A VPN server, and nginx in front of Apache.

db networks set 192.168.1.0 network Mask 255.255.255.0
config setprop openvpn remoteHost vpn.example.org status enabled
check 'a VPN server is made and started' signal-event --confirm-within no openvpn-update
check 'its unit runs, ready' says '^active$' systemctl is-active openvpn-server@openvpn
check 'its management answers' says '^openvpn' gabarit vpn status
check 'its port is open' says 'dport 1194 ' iptables -S
db vpn set setsuna client
check 'a client is made' signal-event vpn-client-create setsuna
systemctl kill -s KILL openvpn-server@openvpn
check 'killed, it comes back by itself' soon says '^active$' systemctl is-active openvpn-server@openvpn

config setprop nginx status enabled
config set WebFrontend nginx
db proxies set wiki.example proxy Upstreams http://127.0.0.1:8088
check 'nginx is put in front, and told that the next start would be without it' says 'systemctl enable nginx' \
    signal-event nginx-update
systemctl enable -q nginx
check 'nginx runs' systemctl is-active nginx
check 'Apache is behind it' says 'the first page' curl -sSk --resolve shop.example:443:127.0.0.1 https://shop.example/

# fails UNIT EVENT: that it is stopped is told, and why it cannot start, with its journal. Afterwards it runs again.
fails() {
    folder=/run/systemd/system/$1.service.d
    mkdir -p "$folder"
    printf '[Service]\nRestart=no\nExecStartPre=/bin/sh -c "echo out of order; exit 1"\n' > "$folder/fails.conf"
    systemctl daemon-reload
    systemctl stop "$1"
    says "does not run: $1\.service is stopped" gabarit verify --effective && says 'out of order' signal-event --confirm-within no "$2"
    told=$?
    rm -r "$folder"
    systemctl daemon-reload
    systemctl reset-failed "$1"
    systemctl start "$1" && [ "$told" -eq 0 ]
}

check 'an nginx that fails is told with its journal' fails nginx nginx-update
check 'so is an sshd' fails ssh remoteaccess-update
reboot
