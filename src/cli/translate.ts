import { EXIT, refusal } from '../base/failure.ts'
import { findFragment } from '../customize/find-fragment.ts'
import { type NewText, overridePlan } from '../customize/override-plan.ts'
import { type StaysInPerl, type Translation, translateTemplate } from '../customize/translation.ts'
import { changeBases, overrideContents } from '../override/bases.ts'
import { makeRedact } from '../plan/redact.ts'
import type { Places } from '../system/places.ts'
import { readBytes } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import type { Work } from '../transaction/run.ts'
import { Transaction } from '../transaction/transaction.ts'
import { noFragment } from './no-fragment.ts'

/** `gabarit customize --translate TEMPLATE [FRAGMENT]` */
export function run(invocation: Invocation): Promise<number> {
  const { args, flag, places, system, print } = invocation
  const [given = '', only] = args
  const { gather, data } = gatherer(invocation)
  const json = flag('json')
  const work = async (work: Work) => {
    const { layers } = work.context
    const found = findFragment(layers, given, only ?? 'template-begin')
    if (only !== undefined && found.fragment === undefined)
      throw noFragment(places, layers, found.template, found.name, found.whole)
    const translation = translateTemplate(work.context, found, only === undefined ? undefined : found.name)
    const { twins, stay } = translation
    if (twins.length + stay.length === 0)
      throw refusal(
        only === undefined ? `no fragment of /${found.template.name} is in Perl` : 'this fragment is not in Perl',
        { where: found.fragment?.file },
      )
    const status = twins.length === 0 ? EXIT.refused : await write(invocation, work, twins)
    if (json)
      print(
        makeRedact(places)(
          JSON.stringify({ dryRun: system.dryRun, status, ...toldAsData(translation), ...data() }, null, 2),
        ),
      )
    else tell(invocation, translation, found.whole)
    return status
  }
  return withEventLock(invocation, 'gabarit customize', work, json ? gather : undefined)
}

async function write(invocation: Invocation, work: Work, twins: readonly NewText[]): Promise<number> {
  const { args, places, system } = invocation
  const plan = overridePlan(work.context, twins)
  const request = { asked: askedBy(invocation, 'customize', ['--translate', ...args]), leavesDatabases: true }
  const status = await new Transaction(request, work).apply(plan)
  if (status === EXIT.done && !system.dryRun) noteBases(places, twins)
  return status
}

/** The shipped fragment in Perl is what an override was made from, so that a new one of it is noticed. */
function noteBases(places: Places, twins: readonly NewText[]): void {
  const made = twins.flatMap(({ found: { fragment, path } }) =>
    fragment === undefined || fragment.custom ? [] : [[path, fragment.file] as const],
  )
  const contents = overrideContents(places)
  changeBases(
    places,
    () =>
      new Map(
        made.map(([path, file]) => [
          `templates/${path}`,
          { sha256: contents.put(readBytes(file)), origin: 'customize' },
        ]),
      ),
  )
}

function toldAsData({ twins, stay, tried }: Translation): object {
  const translated = twins.map(({ found, text }) => ({
    template: `/${found.template.name}`,
    fragment: found.name,
    text,
  }))
  return { translated, inPerl: stay.map(({ line = null, ...others }) => ({ ...others, line })), databasesTried: tried }
}

function tell({ print, printError, system }: Invocation, { twins, stay, tried }: Translation, whole: string): void {
  const names = twins.map(({ found }) => found.name).join(' ')
  const said = system.dryRun ? 'would be translated' : 'translated'
  if (twins.length > 0)
    print(
      `${said}: ${names}\nThe output is the same with ${tried} variants of the databases. To look at it: expand-template --diff ${whole}`,
    )
  for (const one of stay) printError(`stays in Perl: ${describe(one)}`)
}

function describe({ file, line, why }: StaysInPerl): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${why}`
}
