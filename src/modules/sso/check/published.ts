import { Failure } from '../../../base/failure.ts'
import type { Diagnosis } from '../../../terminal/module.ts'
import { differences, factsOf } from '../provider/facts.ts'
import { fetchMetadata, type Source } from '../provider/fetched.ts'

/** Whether the provider still says at MetadataURL what was taken from there. */
export async function checkPublished(source: Source, taken: string, now: number): Promise<Diagnosis> {
  const command = 'gabarit sso refresh'
  try {
    const published = await fetchMetadata(source, now)
    const changes = differences(factsOf(taken, source.protocol), factsOf(published, source.protocol))
    if (changes.length === 0) return { level: 'ok', message: `${source.url} still says the same` }
    return { level: 'warning', message: `${source.url} says something else now:\n${changes.join('\n')}`, command }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { level: 'warning', message: error.message, command }
  }
}
