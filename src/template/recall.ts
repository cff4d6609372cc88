import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Databases, Read } from './databases.ts'
import { type Asked, type Kind, type Question, questionOf, withKey } from './questions.ts'

/** How an output was made: what its fragments asked, and a hash of the answers and of the output. */
export interface Made {
  readonly asked: Asked
  readonly hash: string
  /** That of its file, see `FileState`. */
  readonly stamp: string | undefined
}

/** The file of an output, as gabarit last wrote it. */
export interface Present {
  readonly hash: string
  /** While its file has this one, it need not be read. */
  readonly stamp: string | undefined
  readonly text: () => string
}

/** An output of one record. */
interface Subject {
  readonly path: string
  /** The key of the record. */
  readonly key: string
  /** Differs if its template does. */
  readonly template: string
}

/** Who is asked: the answer to a question is text that is the same only for the same answer. */
export interface Asker {
  readonly databases: Databases
  readonly answer: (kind: Kind, words: readonly string[]) => string
}

/**
 * Takes outputs of single records from the files that they became, if their fragments would get the same answers as then:
 * fragments only compute, so they would make the same.
 */
export class Recall {
  /** By path: how the outputs of this run were made. */
  readonly made = new Map<string, Made>()
  /** By path: how they were made before. */
  readonly former: ReadonlyMap<string, Made>
  readonly #engine: string
  readonly #present: (path: string, stamp: string | undefined) => Present | undefined
  readonly #answers = new Map<readonly string[], { result: string; reads: readonly Read[] }>()
  readonly #questions = new Map<readonly string[], readonly Question[]>()
  /** Equal lists of questions are one list. */
  readonly #lists = new Map<string, readonly string[]>()

  /**
   * @param engine differs if gabarit itself does
   * @param present the file of an output, unless somebody has changed it; one with this stamp has not been changed
   */
  constructor(
    engine: string,
    former: ReadonlyMap<string, Made>,
    present: (path: string, stamp: string | undefined) => Present | undefined,
  ) {
    this.#engine = engine
    this.former = former
    for (const list of new Set([...former.values()].flatMap(({ asked }) => [asked.own, asked.others]))) this.#one(list)
    this.#present = present
  }

  /** An output as it was made before; undefined: it must be made. */
  find(subject: Subject, asker: Asker): { file: Present; reads: readonly Read[] } | undefined {
    const former = this.former.get(subject.path)
    const file = former && this.#present(subject.path, former.stamp)
    if (former === undefined || file === undefined) return undefined
    // What cannot be answered any more, the fragments will complain about.
    const now = orUndefined(() => this.#hash(former.asked, file.hash, subject, asker))
    if (now?.hash !== former.hash) return undefined
    const { stamp } = file
    this.made.set(subject.path, stamp === former.stamp ? former : { ...former, stamp })
    return { file, reads: now.reads }
  }

  /** Runs the fragments of an output, and notes how it was made. */
  make(subject: Subject, asker: Asker, run: () => string | undefined): string | undefined {
    const { result: text, asked: all } = asker.databases.questions.during(subject.key, run)
    if (text !== undefined && all !== undefined) {
      const asked = { own: this.#one(all.own), others: this.#one(all.others) }
      const { hash } = this.#hash(asked, sha256(text), subject, asker)
      this.made.set(subject.path, { asked, hash, stamp: undefined })
    }
    return text
  }

  #hash({ own, others }: Asked, output: string, { key, template }: Subject, { databases, answer }: Asker) {
    const askAll = (list: readonly string[]) =>
      cached(this.#questions, list, () => list.map(questionOf)).map(({ kind, words }) =>
        answer(
          kind,
          words.map(word => withKey(word, key)),
        ),
      )
    const shared = cached(this.#answers, others, () => databases.tracked(() => sha256(JSON.stringify(askAll(others)))))
    const { result, reads } = databases.tracked(() => askAll(own))
    const hash = sha256(JSON.stringify([this.#engine, template, output, shared.result, ...result]))
    return { hash, reads: [...shared.reads, ...reads] }
  }

  #one(list: readonly string[]): readonly string[] {
    return cached(this.#lists, list.join('\n'), () => list)
  }
}
