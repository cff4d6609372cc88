# shellcheck shell=sh
# A machine as Debian's installer leaves it gets an older version of the package, its names, a web site, a firewall and a kernel setting.

check 'the package installs and says what comes next' says 'To set up this server: gabarit setup' dpkg -i older.deb
check 'the installed program runs' says '^[0-9]+[.][0-9]+[.][0-9]+$' gabarit --version
check 'it is set up with its names' says '^created /etc/httpd/conf/httpd.conf' \
    gabarit setup --domain example.org --name office --email admin@example.org
check 'Apache reads our configuration' says 'httpd/conf/httpd.conf' systemctl show -p Environment apache2

db domains set shop.example domain Description Shop
echo 'the first page' > /srv/ibays/Primary/html/index.html
check 'a domain is created' signal-event domain-create shop.example
check 'Apache serves its page' says 'the first page' \
    curl -sS --resolve shop.example:80:127.0.0.1 http://shop.example/

config setprop firewall status enabled
config setprop sysctl kernel.kptr_restrict 2
config setprop sshd MaxAuthTries 3
config setprop letsencrypt status test ACCEPT_TERMS yes
check 'firewall, kernel, sshd and the timer of certificates are made' \
    signal-event --confirm-within no console-save
check 'the timer waits' says gabarit-letsencrypt.timer systemctl list-timers
check 'what is in effect is what is recorded' soon gabarit verify --effective
check 'no unit has failed' silent systemctl --failed --plain --no-legend
check 'the events are in the journal' says 'signal-event console-save: done' journalctl -b -t gabarit -o cat
reboot
