import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Records } from '../db/record.ts'
import { changedNames } from './changed-names.ts'
import { type Databases, measured, type Read } from './databases.ts'
import { type Asked, type Kind, type Question, questionOf, withKey } from './questions.ts'

/** How an output was made. */
export interface Made {
  readonly group: Group
  /** The start of the hash of its content. */
  readonly output: string
  /** The start of a hash of the answers to the questions that name its record. */
  readonly answers: string
  /** That of its file when it was found to have this output, see `FileState`. */
  readonly stamp: string | undefined
}

/** What thousands of outputs have in common. */
export interface Group {
  /** Differs if their template does. */
  readonly template: string
  /** What their fragments asked. */
  readonly asked: Asked
  /** A hash of the answers to the questions that name no record of theirs. */
  readonly answers: string
  /** The hashes of the databases whose records they ask for, by name. */
  readonly databases: () => Readonly<Record<string, string>>
}

/** An output of one record. */
interface Subject {
  readonly path: string
  /** The key of the record. */
  readonly key: string
  /** Differs if its template does. */
  readonly template: string
}

/** An output that would be made again as it was last written. */
export interface Known {
  /** Of its content. */
  readonly hash: string
  /** A file with this one has this content. */
  readonly stamp: string | undefined
  /** Notes the stamp of the file, once that is known to have this content. */
  readonly found: (stamp: string | undefined) => void
  /** What its fragments would read. */
  readonly reads: readonly Read[]
}

/** Who is asked: the answer to a question is text that is the same only for the same answer. */
export interface Asker {
  readonly databases: Databases
  readonly answer: (kind: Kind, words: readonly string[]) => string
}

/** What is known of the past. */
export interface Past {
  /** By path: how outputs were made. */
  readonly made: ReadonlyMap<string, Made>
  /** The hash of the content that was last written to a path. */
  readonly written: (path: string) => string | undefined
  /** Identifies the present records of a database; undefined if they are kept nowhere. */
  readonly hashOf: (records: Records) => string | undefined
  /** The records with this hash, if they are still kept. @param like the present ones, most of which are the same */
  readonly records: (hash: string, like: Records) => Records | undefined
}

/**
 * Knows outputs of single records without making them, if their fragments would get the same answers as when they were last
 * written: fragments only compute, so they would make the same.
 */
export class Recall {
  /** By path: how the outputs of this run were made. */
  readonly made = new Map<string, Made>()
  readonly past: Past
  /** How many of them are not in the past, or not as they are now. */
  fresh = 0
  /** Of questions that name no record: one may be in thousands of lists. */
  readonly #answers = new Map<string, Answers>()
  readonly #shared = new Map<readonly string[], Answers>()
  readonly #questions = new Map<readonly string[], readonly Question[]>()
  /** Equal lists of questions are one list. */
  readonly #lists = new Map<string, readonly string[]>()
  /** By the lists of what they ask. */
  readonly #groups = new Map<readonly string[], Map<readonly string[], Map<string, Group>>>()
  /** By the name and the former hash of a database: which records have changed. */
  readonly #changed = new Map<string, ReadonlySet<string> | undefined>()
  readonly #found = new Map<Group, Holding | typeof NONE>()

  constructor(past: Past) {
    this.past = past
    for (const { asked } of new Set([...past.made.values()].map(({ group }) => group)))
      for (const list of [asked.own, asked.others]) this.#one(list)
  }

  /** An output as it was last written; undefined: it must be made. */
  find(subject: Subject, asker: Asker): Known | undefined {
    const { path, key, template } = subject
    const former = this.past.made.get(path)
    if (former === undefined || template !== former.group.template) return undefined
    const hash = this.past.written(path)
    const holding = this.#holding(former.group, asker)
    if (hash === undefined || short(hash) !== former.output || holding === undefined) return undefined
    const { asked } = former.group
    const isSame = () => this.#own(asked.own, key, asker) === former.answers
    // What cannot be answered any more, the fragments will complain about.
    if (!holding.isUnchanged(key) && orUndefined(isSame) !== true) return undefined
    const made = { ...former, group: holding.group }
    this.made.set(path, made)
    const own = () => asker.databases.tracked(() => this.#ask(asked.own, key, asker)).reads
    return {
      hash,
      stamp: former.stamp,
      found: stamp => {
        this.made.set(path, { ...made, stamp })
        this.fresh++
      },
      // Few want to know.
      get reads() {
        return [...holding.reads, ...own()]
      },
    }
  }

  /** Runs the fragments of an output, and notes how it was made. */
  make({ path, key, template }: Subject, asker: Asker, run: () => string | undefined): string | undefined {
    const { result: text, asked: all } = asker.databases.questions.during(key, run)
    if (text !== undefined && all !== undefined) {
      const asked = { own: this.#one(all.own), others: this.#one(all.others) }
      const group = this.#group(template, asked, this.#askOthers(asked.others, asker).hash, asker)
      const answers = this.#own(asked.own, key, asker)
      this.made.set(path, { group, output: short(sha256(text)), answers, stamp: undefined })
      this.fresh++
    }
    return text
  }

  /** What is the same for all outputs of a group; undefined: they must be made. */
  #holding(group: Group, asker: Asker): Holding | undefined {
    const holding = cached(this.#found, group, () => {
      const { template, asked, answers } = group
      const now = orUndefined(() => this.#askOthers(asked.others, asker))
      if (now?.hash !== answers) return NONE
      const isUnchanged = this.#unchanged(group, asker)
      return { group: this.#group(template, asked, answers, asker), reads: now.reads, isUnchanged }
    })
    return holding === NONE ? undefined : holding
  }

  /** Tells for the key of an output whether all that its fragments ask for are records that have not changed since. */
  #unchanged({ asked: { own }, databases: hashes }: Group, { databases }: Asker): (key: string) => boolean {
    const questions = this.#questionsIn(own)
    if (!questions.every(({ kind }) => kind === 'record')) return () => false
    const changed = (name: string, hash: string) => {
      const now = databases.records(name)
      const before = now && this.past.records(hash, now)
      return before && changedNames(before, now)
    }
    const known = new Map(
      Object.entries(hashes()).map(([name, hash]) => {
        const names = cached(this.#changed, `${name} ${hash}`, () => changed(name, hash))
        return [name, names] as const
      }),
    )
    const isSame = ({ words: [name = '', word = ''] }: Question, key: string) =>
      known.get(name)?.has(withKey(word, key)) === false
    return key => questions.every(question => isSame(question, key))
  }

  #group(template: string, asked: Asked, answers: string, { databases }: Asker): Group {
    const { own, others } = asked
    const known = cached(
      cached(this.#groups, own, () => new Map()),
      others,
      () => new Map<string, Group>(),
    )
    const hashes = () => {
      const found: Record<string, string> = {}
      for (const [name = ''] of this.#questionsIn(own).map(({ words }) => words)) {
        const records = databases.records(name)
        const hash = records && this.past.hashOf(records)
        if (hash !== undefined) found[name] = hash
      }
      return found
    }
    return cached(known, template, () => ({ template, asked, answers, databases: hashes }))
  }

  #askOthers(list: readonly string[], { databases, answer }: Asker): Answers {
    const ask = (text: string) => {
      const { kind, words } = questionOf(text)
      const { result, reads } = databases.tracked(() => answer(kind, words))
      return { hash: sha256(result), reads }
    }
    return cached(this.#shared, list, () => {
      const answers = list.map(text => cached(this.#answers, text, () => ask(text)))
      return { hash: sha256(answers.map(one => one.hash).join()), reads: answers.flatMap(({ reads }) => reads) }
    })
  }

  /** A hash of the answers to the questions that name a record. */
  #own(list: readonly string[], key: string, asker: Asker): string {
    return short(sha256(this.#ask(list, key, asker).map(measured).join('')))
  }

  #ask(list: readonly string[], key: string, { answer }: Asker): string[] {
    return this.#questionsIn(list).map(({ kind, words }) =>
      answer(
        kind,
        words.map(word => withKey(word, key)),
      ),
    )
  }

  #questionsIn(list: readonly string[]): readonly Question[] {
    return cached(this.#questions, list, () => list.map(questionOf))
  }

  #one(list: readonly string[]): readonly string[] {
    return cached(this.#lists, list.join('\n'), () => list)
  }
}

/** To questions: a hash of them, and what they read. */
interface Answers {
  readonly hash: string
  readonly reads: readonly Read[]
}

/** A group whose shared questions have the same answers as before. */
interface Holding {
  /** The same group as of now. */
  readonly group: Group
  readonly reads: readonly Read[]
  readonly isUnchanged: (key: string) => boolean
}

/** What holds for no output. */
const NONE = Symbol('none')

/** Enough of a hash to know the same again: the list names thousands. */
function short(hash: string): string {
  return hash.slice(0, 32)
}
