import { type Command, flag, JSON_OPTION, MAKES_PLANS, value } from '../../../terminal/command.ts'

const WAIT_OPTION = flag('wait', 'until the roll-out is done or halted; the exit status is that of the worst host')

/** What shows a plan, and carries out no other. */
const PLAN_OPTIONS = [
  flag('dry-run', 'print what it would change and on which hosts, and do nothing'),
  value(`${MAKES_PLANS} ID`, 'only if the plan still has this id, which --dry-run --json shows'),
]

/** What publish and back say of the roll-out. */
const ROLLOUT_OPTIONS = [
  WAIT_OPTION,
  value('soak TIME', 'how long the hosts of a wave must be well before the next one (1m); "no": at once'),
  value('within TIME', 'a host goes back unless it has proved the change within this time (10m)'),
  value('at-once NUMBER', 'how many hosts change at the same time at most (50)'),
  value('comment TEXT', 'what the release is for'),
  ...PLAN_OPTIONS,
  JSON_OPTION,
]

/** The subcommands of `gabarit fleet` for roll-outs. */
export const ROLLOUT_VERBS: readonly Command[] = [
  {
    name: 'publish',
    console: 'dangerous',
    summary: 'make a release of the records and files of the fleet, and roll it out in waves',
    options: ROLLOUT_OPTIONS,
    examples: [
      ['gabarit fleet publish --dry-run', 'what it would change, and the waves'],
      ['gabarit fleet publish --wait', 'exit status 0 when all hosts have it, 4 if one went back'],
      ['gabarit fleet publish --comment "new certificate" --soak 10m', 'with a longer look at each wave'],
    ],
    run: async invocation => (await import('./rollout.apart.ts')).publish(invocation),
  },
  {
    name: 'pull',
    console: 'change',
    summary: 'take in what another controller has published since; what was changed here stays',
    options: [
      flag('mine', 'what both have changed stays as it is here'),
      flag('theirs', 'what both have changed becomes what the release says'),
      flag('dry-run', 'print what would change here, and do nothing'),
      JSON_OPTION,
    ],
    examples: [['gabarit fleet pull', 'before changes on a controller that is not the only one']],
    run: async invocation => (await import('./rollout.apart.ts')).pull(invocation),
  },
  {
    name: 'status',
    console: 'read',
    summary: 'show the roll-out and every host; exit 1 if something is wrong',
    options: [JSON_OPTION],
    examples: [['gabarit fleet status', 'release, state and health of each host']],
    run: async invocation => (await import('./rollout.apart.ts')).status(invocation),
  },
  {
    name: 'halt',
    console: 'change',
    summary: 'stop a roll-out: hosts that have no order yet get none',
    options: [value('comment TEXT', 'why'), flag('dry-run', 'print which hosts would not get it'), JSON_OPTION],
    examples: [['gabarit fleet halt --comment "users complain"', 'what is in effect stays']],
    run: async invocation => (await import('./rollout.apart.ts')).halt(invocation),
  },
  {
    name: 'resume',
    console: 'dangerous',
    summary: 'go on with a halted roll-out: hosts that went back try again',
    options: [
      value('without HOST[,HOST]...', 'leave these hosts out: they keep what they have'),
      WAIT_OPTION,
      ...PLAN_OPTIONS,
      JSON_OPTION,
    ],
    examples: [
      ['gabarit fleet resume --wait', 'after the reason is mended'],
      ['gabarit fleet resume --without www7', 'www7 is switched off; the next release includes it'],
    ],
    run: async invocation => (await import('./rollout.apart.ts')).resume(invocation),
  },
  {
    name: 'back',
    console: 'dangerous',
    summary: 'roll out the records and files of an earlier release, as a new one',
    usage: 'RELEASE',
    options: ROLLOUT_OPTIONS,
    examples: [['gabarit fleet back 12 --wait', 'what release 12 had, in waves too']],
    run: async invocation => (await import('./rollout.apart.ts')).back(invocation),
  },
  {
    name: 'agent',
    hidden: true,
    summary: 'take releases on this host, and lead roll-outs on a controller (used by its unit)',
    examples: [['gabarit fleet agent', 'without systemd']],
    run: async invocation => (await import('../host/fleet-agent.apart.ts')).agent(invocation),
  },
]
