# shellcheck shell=sh
# Everything together comes up.

check 'after a restart with everything all units run' says '^running$' systemctl is-system-running --wait
check 'what is in effect is what is recorded' soon gabarit verify --effective
for unit in apache2 nginx ssh openvpn-server@openvpn gabarit-firewall gabarit-boot gabarit-web gabarit-helper.socket etcd \
    gabarit-fleet; do
    check "$unit is up" systemctl is-active "$unit"
done

# confined_or_told: each unit of ours is confined, or says beside its settings why it is not.
confined_or_told() {
    for unit in gabarit-boot gabarit-confirm gabarit-firewall gabarit-letsencrypt openvpn-server@openvpn gabarit-web gabarit-helper \
        gabarit-backup gabarit-fleet; do
        exposure=$(systemd-analyze security --no-pager "$unit.service" | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
        echo "$unit: $exposure"
        awk "BEGIN { exit !($exposure <= 2) }" || grep -q '^# systemd-analyze security: ' "/etc/systemd/system/$unit.service" || return 1
    done
}

check 'each unit is confined, or says why not' confined_or_told

check 'the agent of the fleet leads again' soon says '^leader: office$' gabarit fleet status
check 'the last host leaves the fleet' says 'has left the fleet shops' gabarit fleet leave
check 'nothing of it runs' not systemctl is-active gabarit-fleet.service etcd
check 'what the fleet has set is gone' status 1 config get note
systemctl disable -q etcd

check 'an encrypted secret opens after a restart' says '^four random words$' db backups getprop nas Password
check 'the timer of the backup waits again' says 'gabarit-backup\.timer' systemctl list-timers
check 'its unit opens the secrets, too' systemctl start gabarit-backup.service
check 'secrets are stored in clear again' gabarit secrets decrypt
db backups delete nas
config setprop backup status disabled
check 'backups are switched off' signal-event backup-update
check 'their timer is gone' not systemctl is-active gabarit-backup.timer
check 'and has not failed' silent systemctl --failed --plain --no-legend
