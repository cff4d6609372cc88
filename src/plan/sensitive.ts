import { refusal } from '../base/failure.ts'
import { isEdited } from './drift.ts'
import type { Plan } from './plan.ts'

/** Files that decide whether the server can be reached. A folder ends in a slash; anything else is a prefix. */
const SENSITIVE = [
  // sshd(8), its options in the distributions' files, and the addresses that hosts_access(5) refuses.
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
  // Units that start one of them.
  '/etc/systemd/system/gabarit-firewall.service',
  '/etc/systemd/system/ssh.',
  '/etc/systemd/system/sshd.',
] as const

/** Whether a mistake in this file can lock the administrator out: sshd, network, firewall. */
export function isSensitive(path: string): boolean {
  return SENSITIVE.some(start => path.startsWith(start))
}

/**
 * Refuses a plan that would overwrite or remove a manually edited file of this kind, unless the file was named.
 * @throws Failure (refused)
 */
export function refuseSensitiveDrift(plan: Plan, isNamed: (path: string) => boolean): void {
  const changes = plan.changes.filter(({ path, drift }) => isEdited(drift) && isSensitive(path) && !isNamed(path))
  if (changes.length === 0) return
  const paths = changes.map(({ path }) => path)
  const one = paths.length === 1 ? paths[0] : 'FILE'
  const why = 'was edited by hand since gabarit wrote it, and overwriting it could lock you out of the server'
  const adopt = `gabarit adopt ${one}               # turn the edit into your own fragment`
  throw refusal(paths.map(path => `${path} ${why}`).join('\n'), {
    hint: [
      'Nothing was changed. Choose:',
      ...(changes.some(({ drift }) => drift === 'edited') ? [adopt] : []),
      `gabarit pin ${one} --note "why"    # keep the file as it is`,
      `gabarit restore ${one}             # drop the edit`,
      `Or repeat the command with --overwrite ${paths.join(',')}`,
    ].join('\n'),
  })
}
