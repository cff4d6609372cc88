# shellcheck shell=sh
# The console, behind nginx and Apache; it stays on for the steps after this.

# login_page: Apache, by nginx, shows the page of the console.
login_page() {
    says '<form' curl -sSk --resolve example.org:443:127.0.0.1 https://example.org/server-manager/login
}

check 'the console is turned on' says '/server-manager/welcome/' gabarit web enable admin
check 'its pages are up' soon systemctl is-active gabarit-web.service
check 'only the group of Apache connects to the pages' says '^2750 gabarit-web:www-data 770 gabarit-web:www-data $' \
    sh -c 'stat -c "%a %U:%G" /run/gabarit-web /run/gabarit-web/http.sock | tr "\n" " "'
check 'only the pages connect to the helper' says '^660 root:gabarit-web$' stat -c '%a %U:%G' /run/gabarit/helper.sock
check 'the pages answer' soon login_page
check 'they run as their user' says '^gabarit-web$' ps -o user:20= -p "$(systemctl show -P MainPID gabarit-web.service)"
token=$(gabarit web login-link alice | sed -n 's|.*/welcome/||p')
check 'they reach the helper, which root runs' says '<form' \
    curl -sSk --resolve example.org:443:127.0.0.1 "https://example.org/server-manager/welcome/$token"
check 'the helper runs' systemctl is-active gabarit-helper.service
sleep 75
check 'it ends when there is nothing to do' says '^inactive$' systemctl is-active gabarit-helper.service
check 'turned off, it is gone' gabarit web disable
check 'nothing of it runs' not systemctl is-active gabarit-web.service gabarit-helper.socket
check 'and on again' gabarit web enable admin
reboot
