import { type Command, flag, JSON_OPTION, paths, value } from '../../../terminal/command.ts'

/** The subcommands of `gabarit fleet` about which hosts belong to it. */
export const HOST_VERBS: readonly Command[] = [
  {
    name: 'init',
    summary: 'found a fleet: this host gets its store (etcd), and is the first controller',
    usage: 'NAME',
    options: [
      value('address HOST[:PORT][,HOST]...', 'how other hosts reach this one; the first may have a port (2379)'),
      value('host NAME', 'what this host is called in the fleet; default: SystemName'),
    ],
    examples: [['gabarit fleet init office --address 192.168.1.5', 'repeat it to continue where it stopped']],
    run: async invocation => (await import('../joining/commands.ts')).init(invocation),
  },
  {
    name: 'invite',
    summary: 'print a token by which a host can join, once and within a day',
    usage: 'HOST',
    options: [
      value('groups GROUP[,GROUP]...', 'its groups; what the first says counts most'),
      flag('controller', 'it may publish releases, too: it gets the keys of the fleet'),
    ],
    examples: [
      ['gabarit fleet invite www1 --groups web', 'give the token to whoever sets up www1'],
      ['gabarit fleet invite www1 | ssh www1 gabarit fleet join', 'at once'],
    ],
    run: async invocation => (await import('../joining/commands.ts')).inviteHost(invocation),
  },
  {
    name: 'join',
    summary: 'join the fleet that made the token: it is asked for, or read from standard input',
    options: [
      value('token-file FILE', 'read it from this file', { complete: paths }),
      value('wait SECONDS', 'how long to wait for a controller (60)'),
    ],
    examples: [
      ['gabarit fleet join', 'asks for the token'],
      ['gabarit fleet join --token-file token', 'repeat it if it was interrupted'],
    ],
    run: async invocation => (await import('../joining/commands.ts')).joinFleet(invocation),
  },
  {
    name: 'leave',
    summary: 'leave the fleet, or, on a controller, take a host out of it',
    usage: '[HOST]',
    examples: [
      ['gabarit fleet leave', 'this host goes on by itself'],
      ['gabarit fleet leave www1', 'its keys open nothing any more'],
    ],
    run: async invocation => (await import('../joining/leave.ts')).leave(invocation),
  },
  {
    name: 'store',
    summary: 'list who carries the store, or carry it on this controller, too; with three, each of them may fail',
    usage: '[add|remove [HOST]]',
    arity: [0, 2],
    options: [
      value(
        'address HOST[:PORT][,HOST]...',
        'with add: how other hosts reach this one; the first may have a port (2379)',
      ),
      JSON_OPTION,
    ],
    examples: [
      ['gabarit fleet store', 'which members answer; exit 1 if one does not'],
      ['gabarit fleet store add --address 192.168.1.6', 'repeat it to continue where it stopped'],
      ['gabarit fleet store remove gate2', 'its host is lost, or shall do something else'],
    ],
    run: async invocation => (await import('../cluster/commands.ts')).store(invocation),
  },
  {
    name: 'hosts',
    console: 'read',
    summary: 'list the hosts of the fleet: groups, role, since when, state (on a controller)',
    options: [JSON_OPTION],
    examples: [['gabarit fleet hosts', 'one line for each']],
    run: async invocation => (await import('../hosts.ts')).hosts(invocation),
  },
  {
    name: 'groups',
    summary: 'print the groups of a host, or set them (on a controller)',
    usage: 'HOST [GROUP...]',
    arity: [1, Number.POSITIVE_INFINITY],
    options: [flag('none', 'it belongs to no group')],
    examples: [
      ['gabarit fleet groups www1', 'what counts most comes first'],
      ['gabarit fleet groups www1 canary web', 'from the next release on'],
    ],
    run: async invocation => (await import('../hosts.ts')).groups(invocation),
  },
]
