import type { Command } from '../command.ts'
import { VERBS } from '../letsencrypt/verbs.ts'
import { whichVerb } from '../which-verb.ts'

/** Certificates. */
export const CERTIFICATES: readonly Command[] = [
  {
    name: 'letsencrypt',
    summary: 'certificates for every name: get them, keep them alive, see how they are',
    usage: 'VERB [ARGUMENT...]',
    arity: [0, Number.POSITIVE_INFINITY],
    options: [],
    examples: [
      ['gabarit letsencrypt setup', 'from the settings to an official certificate that is served'],
      ['gabarit letsencrypt status', 'certificates, names, days left, next renewal'],
    ],
    verbs: VERBS,
    run: async ({ args }) => whichVerb('gabarit letsencrypt', args[0], VERBS),
  },
]
