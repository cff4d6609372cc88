# shellcheck shell=sh
# Backups by the units, opened by Debian's own programs, and secrets that systemd-creds keeps; all stays on over the restart.

key=/test/backup-key.txt
secret='four random words'

# newest: the archive that was written last.
newest() { find /var/backups/gabarit -name '*.tar.age' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-; }

# opened ARGUMENT…: what tar makes of it.
opened() { age -d -i $key "$(newest)" | tar "$@"; }

# newer: another one was written.
newer() { [ "$(newest)" != "$before" ]; }

age-keygen -o $key 2> /dev/null
config setprop backup status enabled Recipients "$(age-keygen -y $key)"
check 'backups are switched on' signal-event backup-update
check 'the timer of the backup waits' says 'gabarit-backup\.timer' systemctl list-timers
check 'the history is watched' soon systemctl is-active gabarit-backup.path
check 'its unit ends well' systemctl start gabarit-backup.service
check 'age and tar open what it has written' says '^manifest\.json$' opened t
check 'all databases are in it' says '^databases/configuration\.json$' opened t
check 'it is whole' says ': whole\. office' gabarit backup verify "$(newest)" --identity $key

before=$(newest)
db domains set later.example domain Description Later
check 'a domain is created while the history is watched' signal-event domain-create later.example
check 'a backup follows the change' soon newer
check 'it has the change' soon says 'later\.example' opened x --to-stdout databases/domains.json

db backups set nas data Folders /srv/ibays Repository /test/restic Password "$secret" status disabled
check 'secrets are encrypted by an identity that systemd-creds keeps' gabarit secrets encrypt --systemd-creds
check 'none is in its database' not grep -q "$secret" /var/lib/gabarit/db/backups.json
check 'a command reads it' says "^$secret\$" db backups getprop nas Password
check 'the unit of the backup reads it, too' systemctl start gabarit-backup.service
check 'the encrypted archive has it' says "$secret" opened x --to-stdout databases/backups.json
check 'no unit has failed' silent systemctl --failed --plain --no-legend
reboot
