/** Paths whose files belong to the old machine itself, and why. A new machine with them may not start, or let nobody in. */
const OF_THE_MACHINE: readonly (readonly [path: RegExp, why: string])[] = [
  [/^(boot|etc\/(fstab|grub|default\/grub|inittab|mdadm|lvm|crypttab|modprobe|dracut))/, 'it starts the old machine'],
  [
    /^etc\/(sysconfig\/network|network|resolv\.conf|dhclient|NetworkManager|udev|hostname|HOSTNAME)/,
    'it sets the network of the old machine',
  ],
  [/^etc\/(rc\.d|rc\d?\.d|init\.d|init|systemd|inittab)/, 'it starts services of the old machine'],
  [
    /^etc\/(passwd|group|shadow|gshadow|pam|security|securetty|sudoers|nsswitch|login|sssd|krb5|openldap|ldap)/,
    'it says who can log in',
  ],
  [/^etc\/ssh\//, 'it says who can log in'],
  [/^etc\/(yum|dnf|rpm|selinux|pki\/rpm)/, 'it belongs to the packages of the old system'],
  [/^etc\/(shorewall|firehol|sysctl)/, 'the firewall and the kernel are set by gabarit'],
  [/^etc\/sysconfig/, 'Debian has no such files'],
  [/^etc\/e-smith\//, 'it is a part of the old tools'],
]

/** Why the file of a template is not made here; undefined: it may be. */
export function keptOut(template: string): string | undefined {
  return OF_THE_MACHINE.find(([path]) => path.test(template))?.[1]
}
