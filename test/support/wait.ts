/** Between two questions in milliseconds: as a rule three times what the question took, because others work meanwhile. */
const [SHORTEST, LONGEST] = [20, 1000]

/** Waits some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

/**
 * Asks again and again until the answer is neither false nor undefined. What the question throws counts as "not yet",
 * and is shown when the time is over.
 * @param what named in the error
 */
export async function waitFor<Answer>(
  what: string,
  ask: () => Answer | false | undefined | Promise<Answer | false | undefined>,
  seconds = 60,
): Promise<Answer> {
  const end = Date.now() + seconds * 1000
  let last: unknown
  do {
    const asked = performance.now()
    try {
      const answer = await ask()
      if (answer !== false && answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await pause(Math.min(Math.max(SHORTEST, 3 * (performance.now() - asked)), LONGEST))
  } while (Date.now() < end)
  throw new Error(`waited ${seconds} s in vain for ${what}`, { cause: last })
}
