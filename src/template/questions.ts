/** Stands for the key of the record in the questions of its output: so thousands of outputs ask the same. */
const KEY = '\u0001'
/** The same in JSON. */
const WRITTEN_KEY = '\\u0001'

/** What fragments ask of the databases and the server. */
export type Kind = 'record' | 'all' | 'listing' | 'database' | 'file' | 'exists' | 'fact' | 'event' | 'template'

/** What the fragments of one output asked, each question once: those that name its record, and the others. */
export interface Asked {
  readonly own: readonly string[]
  readonly others: readonly string[]
}

/** Notes what the fragments of one output ask. */
export class Questions {
  #asked: Set<string> | undefined

  ask(kind: Kind, ...words: string[]): void {
    this.#asked?.add(JSON.stringify([kind, ...words]))
  }

  /** What the fragments do now, they must do each time: warn, look at the clock. */
  spoil(): void {
    this.#asked = undefined
  }

  /** Runs something. @returns also what it asked; undefined: it must run each time */
  during<Result>(key: string, run: () => Result): { result: Result; asked: Asked | undefined } {
    this.#asked = new Set()
    try {
      const result = run()
      const isClear = ![...(this.#asked ?? [])].some(question => question.includes(WRITTEN_KEY))
      return { result, asked: isClear ? this.#asked && sorted(this.#asked, key) : undefined }
    } finally {
      this.#asked = undefined
    }
  }
}

function sorted(questions: ReadonlySet<string>, key: string): Asked {
  const [own, others]: [string[], string[]] = [[], []]
  for (const question of questions) {
    const asked = question.includes(key) ? questionOf(question) : undefined
    if (asked?.words.some(word => word.includes(key)))
      own.push(JSON.stringify([asked.kind, ...asked.words.map(word => word.replaceAll(key, KEY))]))
    else others.push(question)
  }
  return { own, others }
}

/** What a question asks, without the key of the record. */
export interface Question {
  readonly kind: Kind
  readonly words: readonly string[]
}

export function questionOf(text: string): Question {
  const [kind, ...words] = parsed(text)
  return { kind, words }
}

function parsed(question: string): [kind: Kind, ...words: string[]] {
  return JSON.parse(question)
}

/** One of these words as it was asked. */
export function withKey(word: string, key: string): string {
  return word === KEY ? key : word.includes(KEY) ? word.replaceAll(KEY, () => key) : word
}
