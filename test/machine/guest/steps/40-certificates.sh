# shellcheck shell=sh
# Certificates of Pebble, the test authority of Let's Encrypt, by one command.

mkdir -p /test/pebble
(
    cd /test/pebble || exit
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=pebble test' -keyout key.pem -out cert.pem \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2> /test/said
    for port in 14000 14100; do
        cat > $port.json <<END
{ "pebble": {
    "listenAddress": "127.0.0.1:$port", "managementListenAddress": "127.0.0.1:$((port + 1000))",
    "certificate": "/test/pebble/cert.pem", "privateKey": "/test/pebble/key.pem", "httpPort": 80, "tlsPort": 5001 } }
END
        systemd-run -q --unit=pebble-$port -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_WFE_NONCEREJECT=0 \
            pebble -config /test/pebble/$port.json -dnsserver 127.0.0.1:53
    done
)
systemd-run -q --unit=dns pebble-challtestsrv -defaultIPv4 127.0.0.1 -defaultIPv6 '' -dns01 127.0.0.1:53 \
    -management 127.0.0.1:8055 -http01 '' -https01 '' -tlsalpn01 ''
echo 'nameserver 127.0.0.1' > /etc/resolv.conf
soon curl -s --cacert /test/pebble/cert.pem https://127.0.0.1:14100/dir -o /dev/null

config setprop letsencrypt TestCA https://127.0.0.1:14000/dir ProductionCA https://127.0.0.1:14100/dir \
    CABundle /test/pebble/cert.pem DNSServer 127.0.0.1 keyAlgorithm prime256v1
db domains setprop shop.example letsencryptSSLcert enabled
check 'one command gets and serves a certificate' gabarit letsencrypt setup
check 'Apache serves it' says 'issuer=.*Pebble' \
    sh -c 'echo | openssl s_client -connect 127.0.0.1:443 -servername shop.example 2>/dev/null | openssl x509 -noout -issuer'
check 'the unit of the renewal runs' systemctl start gabarit-letsencrypt
check 'and says that nothing is due' says . journalctl -b -u gabarit-letsencrypt -o cat
