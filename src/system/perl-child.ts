import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Failure, refusal } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import type { Paths } from './places.ts'
import { entriesIn, kindOf } from './read-files.ts'
import { SyncChild, unpackWords } from './sync-child.ts'
import { refuseUnsafePart } from './trust.ts'

/** No network, no processes but its own, and mounts of its own, which the program makes read-only. */
const CONFINED = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child']

type Words = readonly (string | Buffer)[]

/** What a fragment is run with. */
export interface PerlRequest {
  readonly file: string
  readonly source: string
  /** Whose databases the program knows: those of somebody else it forgets. */
  readonly owner: object
  /** Fragments with the same number share their variables. */
  readonly expansion: string
  /** The number of MORE_DATA that the program keeps; empty: none. */
  readonly moreData?: string
  /** Names and values of variables. */
  readonly variables: Buffer
  /** The database that it may change. */
  readonly writable?: string
  /** Answers what it asks meanwhile: `database`, `template`, `change`. */
  readonly answer: (verb: string, words: readonly string[], bytes: readonly Buffer[]) => Words
}

/** What a fragment has made, or why it has failed. */
export interface PerlResult {
  /** Databases and keys, one after the other; an empty key stands for the whole, others begin with `=`. */
  readonly reads: readonly string[]
  readonly warnings: readonly string[]
  /** For each piece: whether it is a program, its line, its text. */
  readonly pieces: readonly Buffer[]
  readonly failure?: Failure
}

let running: PerlChild | undefined

/**
 * The program that runs fragments in Perl, started when it is first needed.
 * @param warn told if it can write to files or use the network: for root, namespaces prevent both
 * @throws Failure (refused) if Perl is not installed, or others can change its modules
 */
export function perlChild(places: Paths, warn: (message: string) => void): PerlChild {
  if (running === undefined || running.hasEnded) {
    running?.close()
    running = new PerlChild(places, warn)
  }
  return running
}

/** The program `perl/worker.pl`. */
export class PerlChild {
  readonly #child: SyncChild
  /** Seconds that a fragment may take. */
  readonly #limit = Math.ceil(millisecondsOf(process.env.GABARIT_FRAGMENT_TIMEOUT, 30_000) / 1000)
  #owner: object | undefined
  #calls = 0
  /** How many fragments are run, and for how many of them an answer is being made. */
  #depth = { waiting: 0, answering: 0 }

  constructor(places: Paths, warn: (message: string) => void) {
    const modules = join(places.site, 'perl')
    const own = kindOf(modules) === 'folder' ? [modules] : []
    for (const folder of own) refuseUnsafeTree(places, folder)
    const isRoot = process.geteuid?.() === 0
    const [unshare = '', ...options] = CONFINED
    const confined = isRoot && spawnSync(unshare, [...options, 'true']).status === 0
    const worker = [join(places.shipped, 'perl/worker.pl'), confined ? '1' : '', String(this.#limit), ...own]
    const { PERL5LIB: _, PERL5OPT: __, ...others } = process.env
    // The order of a hash is the same in each run.
    const env = { ...others, PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' }
    this.#child = new SyncChild([...(confined ? CONFINED : []), 'perl', ...worker], env)
    process.once('beforeExit', () => this.#child.close())
    const [, problem] = this.#child.receive() ?? []
    if (problem === undefined)
      throw refusal('fragments in Perl need the program perl, which cannot be started', {
        hint: 'As root: apt-get install perl',
      })
    const why = confined ? problem.toString() : 'no namespaces can be made here (unshare)'
    if (isRoot && why !== '') warn(`Fragments in Perl run with all rights of root: ${why}`)
  }

  /** Also if the time limit of V8 has stopped somebody who waited for it: not even `finally` runs then. */
  get hasEnded(): boolean {
    return this.#child.hasEnded || this.#depth.waiting !== this.#depth.answering
  }

  close(): void {
    this.#child.close()
  }

  /**
   * Runs a fragment.
   * @throws Failure (refused) if it has ended the program, or does not end in time
   */
  expand(request: PerlRequest): PerlResult {
    this.#depth.waiting++
    try {
      return this.#expand(request)
    } finally {
      this.#depth.waiting--
    }
  }

  #expand(request: PerlRequest): PerlResult {
    const { file, owner, moreData = '', writable = '', variables, source, answer } = request
    if (this.#owner !== owner) this.#child.send(['forget'])
    this.#owner = owner
    const call = String(++this.#calls)
    const started = Date.now()
    this.#child.send(['expand', call, request.expansion, moreData, writable, variables, file, source])
    for (;;) {
      const [verb, ...words] = this.#child.receive() ?? []
      if (verb === undefined) throw this.#ended(file, Date.now() - started)
      if (String(verb) !== 'done' && String(verb) !== 'failed') {
        this.#child.send(this.#answer(() => answer(String(verb), words.map(String), words)))
        continue
      }
      const [number, reads, warnings, first, message] = words
      // Others are for somebody who was stopped while he waited.
      if (String(number) !== call) continue
      const common = {
        reads: unpackWords(reads).map(String),
        warnings: unpackWords(warnings).map(text => warningOf(file, text.toString())),
      }
      if (String(verb) === 'done') return { ...common, pieces: unpackWords(first) }
      const text = String(message)
      return { ...common, pieces: [], failure: refusal(text, { where: `${file}:${first}`, hint: hintOf(text) }) }
    }
  }

  /** If there is no answer, the program ends: it would wait for one. */
  #answer(find: () => Words): Words {
    this.#depth.answering++
    try {
      return find()
    } catch (error) {
      this.close()
      throw error
    } finally {
      this.#depth.answering--
    }
  }

  #ended(file: string, milliseconds: number): Failure {
    if (milliseconds < this.#limit * 1000 - 100) return refusal('this has ended Perl', { where: file })
    return refusal(`this code did not end within ${this.#limit} s and was stopped`, {
      where: file,
      hint: 'To allow more time, set GABARIT_FRAGMENT_TIMEOUT to a number of seconds.',
    })
  }
}

function refuseUnsafeTree(places: Paths, folder: string): void {
  refuseUnsafePart(places, folder)
  for (const entry of entriesIn(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) refuseUnsafeTree(places, path)
    else refuseUnsafePart(places, path)
  }
}

/** Perl ends what it says with the place, unless that ends with a newline. */
function warningOf(file: string, text: string): string {
  const [, message = text, line] = /^(.*) at .* line (\d+)\.\s*$/s.exec(text) ?? []
  return `${file}${line !== undefined && text.includes(` at ${file} line `) ? `:${line}` : ''}: ${message.trimEnd()}`
}

function hintOf(message: string): string | undefined {
  const [, module] = /^Can't locate (\S+)\.pm in @INC/.exec(message) ?? []
  if (module === undefined) return undefined
  return [
    `The module ${module.replaceAll('/', '::')} is not installed. If it is one of your old server, copy it`,
    `to /etc/gabarit/perl/${module}.pm; otherwise: apt-get install lib${module.toLowerCase().replaceAll('/', '-')}-perl`,
  ].join('\n')
}
