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
]
