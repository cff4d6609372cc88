import { refusal } from '../base/failure.ts'
import { isEdited } from './drift.ts'
import type { Plan } from './plan.ts'

/** Files that decide whether the server can be reached: a folder ends in a slash, else it is how names begin. */
const SENSITIVE = [
  // sshd(8), its options where distributions keep them, and the addresses that hosts_access(5) turns away.
  '/etc/ssh/',
  '/etc/default/ssh',
  '/etc/sysconfig/sshd',
  '/etc/pam.d/sshd',
  '/etc/hosts.allow',
  '/etc/hosts.deny',
  // interfaces(5), netplan(5), systemd.network(5), NetworkManager(8), ifcfg files of the Red Hat family.
  '/etc/network/',
  '/etc/netplan/',
  '/etc/systemd/network/',
  '/etc/systemd/networkd.conf',
  '/etc/NetworkManager/',
  '/etc/sysconfig/network',
  // Rules of iptables, nftables, firewalld and ufw on both families, and the kernel's settings.
  '/etc/iptables/',
  '/etc/nftables',
  '/etc/sysconfig/iptables',
  '/etc/sysconfig/ip6tables',
  '/etc/sysconfig/nftables.conf',
  '/etc/firewalld/',
  '/etc/ufw/',
  '/etc/sysctl.conf',
  '/etc/sysctl.d/',
  // What starts one of them.
  '/etc/systemd/system/gabarit-firewall.service',
  '/etc/systemd/system/ssh.',
  '/etc/systemd/system/sshd.',
] as const

/** Whether a mistake in this file can shut the administrator out: sshd, network, firewall. */
export function isSensitive(path: string): boolean {
  return SENSITIVE.some(start => path.startsWith(start))
}

/**
 * Refuses a plan that would overwrite or remove such a file against what a person wrote into it, unless the file was named.
 * @throws Failure (refused)
 */
export function refuseSensitiveDrift(plan: Plan, isNamed: (path: string) => boolean): void {
  const changes = plan.changes.filter(({ path, drift }) => isEdited(drift) && isSensitive(path) && !isNamed(path))
  if (changes.length === 0) return
  const paths = changes.map(({ path }) => path)
  const one = paths.length === 1 ? paths[0] : 'FILE'
  throw refusal(
    paths
      .map(path => `${path} was edited by hand since gabarit wrote it, and can shut you out of the server`)
      .join('\n'),
    {
      hint: [
        'Nothing was changed. Choose:',
        ...(changes.some(({ drift }) => drift === 'edited')
          ? [`gabarit adopt ${one}               # make the edit a fragment of your own`]
          : []),
        `gabarit pin ${one} --note "why"    # keep the file as it is`,
        `gabarit restore ${one}             # give the edit up`,
        `Or repeat the command with --overwrite ${paths.join(',')}`,
      ].join('\n'),
    },
  )
}
