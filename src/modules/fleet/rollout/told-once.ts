import { messageOf } from '../../../base/failure.ts'

/**
 * Work that is done again and again, and may fail for a while: each problem is told once, not with every try, and then that it
 * is over.
 * @returns the work, whose result is undefined when it fails
 */
export function toldOnce<Result>(
  tell: (text: string) => void,
  work: () => Promise<Result>,
): () => Promise<Result | undefined> {
  const problems = new Set<string>()
  return async () => {
    try {
      const result = await work()
      for (const problem of problems) tell(`no longer: ${problem}`)
      problems.clear()
      return result
    } catch (error) {
      const problem = messageOf(error)
      if (!problems.has(problem)) tell(problem)
      problems.add(problem)
      return undefined
    }
  }
}
