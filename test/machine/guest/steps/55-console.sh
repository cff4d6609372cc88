# shellcheck shell=sh
# The console, behind nginx and Apache; it stays on for the steps after this.

# ask NAME PATH: what a browser gets there.
ask() {
    curl -sSk --resolve "example.org:$1:127.0.0.1" "https://example.org:$1/server-manager$2"
}

# login_page PORT: the page of the console is shown there.
login_page() {
    says '<form' ask "$1" /login
}

# users_of UNIT: the users of all processes of a unit, one on each line.
users_of() {
    xargs -a "/sys/fs/cgroup$(systemctl show -P ControlGroup "$1")/cgroup.procs" -n 1 ps -o user:20= -p | sort -u
}

# only_helper: what runs of the console as root is the helper, or nothing.
only_helper() {
    # shellcheck disable=SC2009 # pgrep does not show both.
    as_root=$(ps -eo user:20=,args= | grep -E '^root .*gabarit.* web [a-z]' | grep -vE 'grep| web helper( |$)')
    echo "$as_root"
    [ -z "$as_root" ]
}

check 'the console is turned on' says '/server-manager/welcome/' gabarit web enable admin
check 'its pages are up' soon systemctl is-active gabarit-web.service
check 'only the group of Apache connects to the pages' says '^2750 gabarit-web:www-data 770 gabarit-web:www-data $' \
    sh -c 'stat -c "%a %U:%G" /run/gabarit-web /run/gabarit-web/http.sock | tr "\n" " "'
check 'only the pages connect to the helper' says '^600 gabarit-web:gabarit-web$' stat -c '%a %U:%G' /run/gabarit/helper.sock

# Not after half an hour, but after 40 seconds.
mkdir -p /run/systemd/system/gabarit-helper.service.d
sed -n '1i [Service]\nExecStart=
    s/^ExecStart=.*/& --idle 40/p' /etc/systemd/system/gabarit-helper.service > /run/systemd/system/gabarit-helper.service.d/idle.conf
systemctl daemon-reload
systemctl stop gabarit-helper.service
check 'until somebody asks, there is no helper' says '^inactive$' systemctl is-active gabarit-helper.service
check 'and nothing of the console runs as root' only_helper
check 'the pages answer' soon login_page 443
check 'its socket has started the helper' says '^active$' systemctl is-active gabarit-helper.service
check 'the pages run as their user' says '^gabarit-web$' users_of gabarit-web.service
check 'all of them' not says '^root' users_of gabarit-web.service
check 'root runs the helper' says '^root$' users_of gabarit-helper.service
check 'and nothing else of the console' only_helper
token=$(gabarit web login-link alice | sed -n '1s|.*/welcome/||p')
check 'they reach it' says '<form' ask 443 "/welcome/$token"
check 'it ends when nobody asks' soon says '^inactive$' systemctl is-active gabarit-helper.service
check 'without having failed' says '^success$' systemctl show -P Result gabarit-helper.service
check 'its socket waits' systemctl is-active gabarit-helper.socket
check 'and starts it again' says '<form' ask 443 "/welcome/$token"
rm -r /run/systemd/system/gabarit-helper.service.d
systemctl daemon-reload
systemctl stop gabarit-helper.service

config setprop console-port status enabled
check 'it gets a port of its own' signal-event server-manager-update
check 'which leads to it' soon login_page 981
check 'its process is neither root nor the pages' not says '^(root|gabarit-web)$' users_of gabarit-console-port.service
check 'since when it runs is told' says '^console-port +runs since .*tcp 981' gabarit services
systemctl stop nginx apache2
check 'while no web server runs, it is the way in' says '<form' ask 981 "/welcome/$token"
systemctl start apache2 nginx
# What comes by the network card gets no answer: 192.0.2.9 is nobody's network.
ip address add 192.0.2.9/32 dev lo
check 'from elsewhere nobody gets in' not curl -sk --max-time 5 --interface 192.0.2.9 \
    --resolve example.org:981:127.0.0.1 https://example.org:981/server-manager/login
ip address del 192.0.2.9/32 dev lo
config setprop console-port status disabled
check 'it is closed' signal-event server-manager-update
check 'and gone' not login_page 981

check 'turned off, it is gone' gabarit web disable
check 'nothing of it runs' not systemctl is-active gabarit-web.service gabarit-helper.socket gabarit-console-port.service
check 'and on again' gabarit web enable admin
reboot
