import { join } from 'node:path'
import { namesIn } from '../system/read-files.ts'
import type { Module } from '../terminal/module.ts'

/**
 * The modules of this package: each folder of src/modules. They are looked for when this file runs from the sources. The build
 * puts a list of imports in its place (scripts/build.mjs), so nothing is looked for on a server.
 */
export const MODULES: readonly Module[] = await Promise.all(
  namesIn(join(import.meta.dirname, '../modules'))
    .sort()
    .map(async name => {
      const { MODULE }: { MODULE: Module } = await import(`../modules/${name}/module.ts`)
      return MODULE
    }),
)
