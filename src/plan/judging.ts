import { unlessFailed } from '../base/failure.ts'
import { Databases } from '../template/databases.ts'
import { type Metadata, readMetadata } from '../template/metadata.ts'
import { withSettings } from '../template/placeholders.ts'
import { findTemplate, refuseUnsafeTemplate } from '../template/tree.ts'
import type { Context } from './context.ts'
import { databaseLoader } from './expand.ts'

/**
 * Reads what today's templates say about their files, such as how they are judged: for files that are not expanded now.
 * @returns a function that gives undefined for a template that is gone or damaged
 */
export function metadataToday(
  context: Pick<Context, 'places' | 'layers' | 'replaced'>,
): (template: string) => Metadata | undefined {
  const { layers } = context
  const databases = new Databases(databaseLoader(context))
  return template =>
    unlessFailed(() => {
      const files = findTemplate(layers, template)
      if (files === undefined) return undefined
      refuseUnsafeTemplate(layers, files)
      return withSettings(readMetadata(files.metadata), databases, files).metadata
    })
}
