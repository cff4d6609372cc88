# shellcheck shell=sh
# From the older version to this one; then it is removed, and purged.

mkdir -p /etc/gabarit/templates-custom/etc/dehydrated/config
echo '# of this site' > /etc/gabarit/templates-custom/etc/dehydrated/config/90Site
check 'the site overrides a fragment' signal-event letsencrypt-modify
config delprop modSSL HSTS

check 'the new version shows what it would change' says '^-127.0.0.1 localhost older$' dpkg -i gabarit.deb
check 'it has changed nothing' grep -q older /etc/hosts
check 'its event makes the changes' says '^changed /etc/hosts' signal-event post-upgrade
check 'the databases have been migrated' says '^disabled$' config getprop modSSL HSTS
check 'the history has an entry for it' says 'post-upgrade' gabarit history
check 'the override is still there' grep -q '^# of this site' /etc/dehydrated/config
check 'nothing is left to do' says 'no file would change' signal-event --dry-run post-upgrade
check 'no unit has failed after it' silent systemctl --failed --plain --no-legend

check 'it can be removed' dpkg -r gabarit
check 'no timer of it is left' not says gabarit systemctl list-timers --all
check 'the services go on' systemctl is-active apache2 nginx openvpn-server@openvpn
check 'it can be purged' says 'Kept: /etc/gabarit' dpkg -P gabarit
check 'it leaves no unit' silent find /etc/systemd/system -name 'gabarit-*'
check 'it leaves no link to nowhere' silent find /etc/systemd/system /etc/apache2 /etc/nginx /etc/cron.d -xtype l
check 'it leaves only what it names' says '^letsencrypt,replaced,(replaced-until-[^,]*,)?ssl,$' sh -c 'ls /var/lib/gabarit | tr "\n" ,'
check 'Apache starts without it' systemctl restart apache2
