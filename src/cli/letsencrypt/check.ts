import { CHECKS } from '../../letsencrypt/preflight/check.ts'
import { type DropPreview, dropNames, previewDrop } from '../../letsencrypt/preflight/drop.ts'
import { preflightOptions } from '../../letsencrypt/preflight/options.ts'
import {
  failingNames,
  type PreflightOptions,
  type PreflightReport,
  preflight,
} from '../../letsencrypt/preflight/preflight.ts'
import { reportAsText } from '../../letsencrypt/preflight/show.ts'
import { readSettings } from '../../letsencrypt/settings.ts'
import { namesToCheck, wantedCertificates } from '../../letsencrypt/wanted.ts'
import { EXIT, usageFailure } from '../../system/failure.ts'
import { didYouMean } from '../../system/nearest.ts'
import { saysYes } from '../ask-first.ts'
import type { Invocation } from '../command.ts'

/** `gabarit letsencrypt check` */
export async function run(invocation: Invocation): Promise<number> {
  const { places, flag, value, print, printError } = invocation
  const asked = wordsOf(value('skip'))
  const settings = readSettings(places)
  const authority = settings.status === 'enabled' ? settings.production : settings.test
  const wanted = wantedCertificates(places, message => printError(`warning: ${message}`))
  const options = preflightOptions(settings, authority, namesToCheck(places, wanted), asked)
  const report = await look(options, invocation)
  const failing = failingNames(report).map(({ name }) => name)
  if (!flag('json')) print(`checked for ${authority.directory}\n\n${reportAsText(report)}`)
  const dropped = flag('drop-failing') && failing.length > 0 ? await drop(failing, invocation) : []
  if (flag('json')) {
    const { names: reports, general, ok } = report
    print(JSON.stringify({ authority: authority.directory, ok, general, names: reports, dropped }, null, 2))
  }
  return report.ok ? EXIT.done : EXIT.failed
}

/** Runs the checks, with a count on the terminal. */
async function look(options: PreflightOptions, { flag }: Invocation): Promise<PreflightReport> {
  if (process.stderr.isTTY !== true || flag('json')) return preflight(options)
  const count = options.names.length
  let done = 0
  const show = (text: string) => process.stderr.write(`\r\x1b[K${text}`)
  show(`checking ${count} names`)
  try {
    return await preflight(options, ({ name }) => {
      done++
      show(`checked ${done} of ${count}: ${name}`)
    })
  } finally {
    show('')
  }
}

/** Leaves names out after showing what that does; at a terminal only when the person there says yes. */
async function drop(names: readonly string[], { places, flag, print }: Invocation): Promise<string[]> {
  const preview = previewDrop(places, names)
  const say = flag('json') ? () => {} : print
  say(`\n${previewAsText(preview)}`)
  if (preview.records.length === 0) return []
  if (process.stdin.isTTY === true && !flag('json') && !(await saysYes('Leave them out? [y/N] '))) {
    say('nothing was changed')
    return []
  }
  const dropped = dropNames(places, names)
  say(`left out: ${dropped.join(', ')}\nTo make it real: signal-event console-save`)
  return dropped
}

function previewAsText({ records, also, stay }: DropPreview): string {
  const lines = records.map(record => `db ${record.replace(' ', ' setprop ')} letsencryptSSLcert disabled`)
  if (also.length > 0) lines.push(`with their domain would go: ${also.join(' ')}`)
  if (stay.length > 0)
    lines.push(
      `would stay, because letsencrypt configure takes them unasked: ${stay.join(' ')}`,
      '  config setprop letsencrypt configure none, then enable the names one by one',
    )
  return lines.join('\n')
}

function wordsOf(skip: string | undefined): string[] {
  const words = (skip ?? '').split(/[\s,]+/).filter(Boolean)
  const known: readonly string[] = ['all', ...CHECKS]
  const unknown = words.find(word => !known.includes(word))
  if (unknown === undefined) return words
  throw usageFailure(`there is no check "${unknown}"${didYouMean(unknown, known)}`, `Checks: ${known.join(' ')}`)
}
