import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { type Databases, measured, type Read } from './databases.ts'
import { type Asked, type Kind, type Question, questionOf, withKey } from './questions.ts'

/** How an output was made: what its fragments asked, and a hash of the answers and of the output. */
export interface Made {
  readonly asked: Asked
  readonly hash: string
  /** That of its file when it was found to have this output, see `FileState`. */
  readonly stamp: string | undefined
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

/**
 * Knows outputs of single records without making them, if their fragments would get the same answers as when they were last
 * written: fragments only compute, so they would make the same.
 */
export class Recall {
  /** By path: how the outputs of this run were made. */
  readonly made = new Map<string, Made>()
  /** By path: how they were made before. */
  readonly former: ReadonlyMap<string, Made>
  readonly #engine: string
  readonly #written: (path: string) => string | undefined
  /** Of questions that name no record: one may be in thousands of lists. */
  readonly #answers = new Map<string, Answers>()
  readonly #shared = new Map<readonly string[], Answers>()
  readonly #questions = new Map<readonly string[], readonly Question[]>()
  /** Equal lists of questions are one list. */
  readonly #lists = new Map<string, readonly string[]>()

  /**
   * @param engine differs if gabarit itself does
   * @param written the hash of the content that was last written to a path
   */
  constructor(engine: string, former: ReadonlyMap<string, Made>, written: (path: string) => string | undefined) {
    this.#engine = engine
    this.#written = written
    this.former = former
    for (const list of new Set([...former.values()].flatMap(({ asked }) => [asked.own, asked.others]))) this.#one(list)
  }

  /** An output as it was last written; undefined: it must be made. */
  find(subject: Subject, asker: Asker): Known | undefined {
    const former = this.former.get(subject.path)
    const written = former && this.#written(subject.path)
    if (former === undefined || written === undefined) return undefined
    const { asked, stamp } = former
    const shared = orUndefined(() => this.#askOthers(asked.others, asker))
    const hash = (answers: Answers) => this.#hash(subject, written, answers, this.#ask(asked.own, subject.key, asker))
    // What cannot be answered any more, the fragments will complain about.
    if (shared === undefined || orUndefined(() => hash(shared)) !== former.hash) return undefined
    this.made.set(subject.path, former)
    const own = () => asker.databases.tracked(() => this.#ask(asked.own, subject.key, asker)).reads
    return {
      hash: written,
      stamp,
      found: other => void this.made.set(subject.path, { ...former, stamp: other }),
      // Few want to know.
      get reads() {
        return [...shared.reads, ...own()]
      },
    }
  }

  /** Runs the fragments of an output, and notes how it was made. */
  make(subject: Subject, asker: Asker, run: () => string | undefined): string | undefined {
    const { result: text, asked: all } = asker.databases.questions.during(subject.key, run)
    if (text !== undefined && all !== undefined) {
      const asked = { own: this.#one(all.own), others: this.#one(all.others) }
      const own = this.#ask(asked.own, subject.key, asker)
      const hash = this.#hash(subject, sha256(text), this.#askOthers(asked.others, asker), own)
      this.made.set(subject.path, { asked, hash, stamp: undefined })
    }
    return text
  }

  #hash({ template }: Subject, output: string, others: Answers, own: readonly string[]): string {
    return sha256(`${this.#engine} ${template} ${output} ${others.hash} ${own.map(measured).join('')}`)
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

  #ask(list: readonly string[], key: string, { answer }: Asker): string[] {
    const questions = cached(this.#questions, list, () => list.map(questionOf))
    return questions.map(({ kind, words }) =>
      answer(
        kind,
        words.map(word => withKey(word, key)),
      ),
    )
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
