import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Databases, Read } from './databases.ts'
import { type Asked, type Kind, wordsOf } from './questions.ts'

/** How an output was made: what its fragments asked, and a hash of the answers and of the output. */
export interface Made {
  readonly asked: Asked
  readonly hash: string
}

/** A file as gabarit last wrote it. */
interface Written {
  readonly text: string
  readonly hash: string
}

/** The answer to a question, as text that is the same only for the same answer. */
export type Answer = (kind: Kind, words: readonly string[]) => string

/**
 * Takes outputs of single records from the files that they became, if their fragments would get the same answers as then:
 * fragments only compute, so they would make the same.
 */
export class Recall {
  /** By path: how the outputs of this run were made. */
  readonly made = new Map<string, Made>()
  readonly #engine: string
  /** By path: how they were made before. */
  readonly former: ReadonlyMap<string, Made>
  readonly #written: (path: string) => Written | undefined
  readonly #answers = new Map<readonly string[], { result: string; reads: readonly Read[] }>()
  /** Equal lists of questions are one list. */
  readonly #lists = new Map<string, readonly string[]>()

  /**
   * @param engine differs if gabarit itself does
   * @param written the file of an output, unless somebody has changed it
   */
  constructor(engine: string, former: ReadonlyMap<string, Made>, written: (path: string) => Written | undefined) {
    this.#engine = engine
    this.former = former
    for (const list of new Set([...former.values()].flatMap(({ asked }) => [asked.own, asked.others]))) this.#one(list)
    this.#written = written
  }

  /**
   * The text of an output; undefined: none.
   * @param template differs if its template does
   */
  output(
    { path, key, template }: { readonly path: string; readonly key: string; readonly template: string },
    { databases, answer }: { readonly databases: Databases; readonly answer: Answer },
    make: () => string | undefined,
  ): string | undefined {
    const hashOf = ({ own, others }: Asked, hash: string) => {
      const ask = (question: string) => {
        const [kind, ...words] = wordsOf(question, key)
        return answer(kind, words)
      }
      const shared = cached(this.#answers, others, () =>
        databases.tracked(() => sha256(JSON.stringify(others.map(ask)))),
      )
      for (const { database, key } of shared.reads) databases.note(database, key)
      return sha256(JSON.stringify([this.#engine, template, hash, shared.result, ...own.map(ask)]))
    }
    const former = this.former.get(path)
    const written = former && this.#written(path)
    // What cannot be answered any more, the fragments will complain about.
    const hash = former && written && orUndefined(() => hashOf(former.asked, written.hash))
    if (former !== undefined && hash === former.hash) {
      this.made.set(path, former)
      return written?.text
    }
    const { result: text, asked: all } = databases.questions.during(key, make)
    if (text !== undefined && all !== undefined) {
      const asked = { own: this.#one(all.own), others: this.#one(all.others) }
      this.made.set(path, { asked, hash: hashOf(asked, sha256(text)) })
    }
    return text
  }

  #one(list: readonly string[]): readonly string[] {
    return cached(this.#lists, list.join('\n'), () => list)
  }
}
