import { isUtf8 } from 'node:buffer'
import { EXIT, Failure, refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { type FoundFragment, findFragment, refuseFragmentName } from '../customize/find-fragment.ts'
import { refuseUnfinished } from '../customize/merge.ts'
import { overridePlan } from '../customize/override-plan.ts'
import { changeBases, overrideContents } from '../override/bases.ts'
import { planId } from '../plan/data.ts'
import { makeRedact } from '../plan/redact.ts'
import type { Places } from '../system/places.ts'
import { readBytes } from '../system/read-files.ts'
import { confirmWithin } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { refuseOutdatedPlan } from '../terminal/outdated-plan.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import type { Work } from '../transaction/run.ts'
import { Transaction } from '../transaction/transaction.ts'

/** `gabarit fragment write TEMPLATE FRAGMENT`: its text comes from standard input. */
export function write(invocation: Invocation): Promise<number> {
  const bytes = invocation.io.readInput()
  if (!isUtf8(bytes)) throw new Failure('this is not valid UTF-8', { where: 'standard input' })
  return change(invocation, 'write', bytes.toString('utf8'))
}

/** `gabarit fragment remove TEMPLATE FRAGMENT` */
export function remove(invocation: Invocation): Promise<number> {
  return change(invocation, 'remove', undefined)
}

function change(invocation: Invocation, verb: string, text: string | undefined): Promise<number> {
  const { args, flag, value, places, system, print } = invocation
  const [template = '', name = ''] = args
  const { gather, data } = gatherer(invocation)
  const json = flag('json')
  const run = async (work: Work) => {
    const found = findFragment(work.context.layers, template, name)
    refuseFragmentName(found)
    refuseUnexpected(found, value('expect'))
    if (flag('merged')) refuseUnfinished(places, system, `templates/${found.path}`)
    const plan = overridePlan(work.context, [{ found, text }])
    refuseOutdatedPlan(planId(plan), value('plan'))
    const request = {
      ...{ asked: askedBy(invocation, 'fragment', [verb, ...args]), leavesDatabases: true },
      ...{ ...confirmWithin(invocation), windowOfServices: value('confirm-within') !== 'no' },
    }
    const status = await new Transaction(request, work).apply(plan)
    if (status === EXIT.done && flag('merged')) noteMerged(places, found)
    if (json) print(makeRedact(places)(JSON.stringify({ dryRun: system.dryRun, status, ...data() }, null, 2)))
    return status
  }
  return withEventLock(invocation, `gabarit fragment ${verb}`, run, json ? gather : undefined)
}

/** @throws Failure (refused) if somebody else has changed the fragment */
function refuseUnexpected({ fragment }: FoundFragment, expected: string | undefined): void {
  const now = fragment === undefined ? 'none' : sha256(readBytes(fragment.file))
  if (expected === undefined || expected === now) return
  throw refusal('this fragment has changed since you looked at it', {
    where: fragment?.file,
    hint: 'Nothing was changed. Look at it again: gabarit fragment show',
  })
}

/** It has what the shipped one has now: it is not stale any more. */
function noteMerged(places: Places, { path, fragment }: FoundFragment): void {
  const shipped = fragment?.custom === true ? fragment.shadows : fragment?.file
  if (shipped === undefined) return
  const hash = overrideContents(places).put(readBytes(shipped))
  changeBases(places, () => new Map([[`templates/${path}`, { sha256: hash, origin: 'merge' }]]))
}
