import { type Command, JSON_OPTION } from '../command.ts'

/** The verbs of `gabarit letsencrypt`. */
export const VERBS: readonly Command[] = [
  {
    name: 'status',
    summary: 'certificates, names, issuer, days left, next renewal; exit 1 when a person is needed',
    usage: '',
    arity: [0, 0],
    options: [JSON_OPTION],
    examples: [['gabarit letsencrypt status', 'for people; --json for programs']],
    run: async invocation => (await import('./status.ts')).run(invocation),
  },
  {
    name: 'check',
    summary: 'would the authority accept every name? DNS, CAA, port 80, clock; exit 1 when not',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'skip', type: 'string', describe: 'checks to leave out, parted by commas, or all' },
      { name: 'drop-failing', type: 'boolean', describe: 'leave the failing names out: letsencryptSSLcert disabled' },
      JSON_OPTION,
    ],
    examples: [
      ['gabarit letsencrypt check', 'one line for each name, then what is wrong and what to do'],
      ['gabarit letsencrypt check --skip fetch', 'behind a router that does not lead back inside'],
      ['gabarit letsencrypt check --drop-failing', 'go on with the names that are right'],
    ],
    run: async invocation => (await import('./check.ts')).run(invocation),
  },
]
