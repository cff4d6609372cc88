import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { at } from './base.ts'
import { ICON } from './icon.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import type { Env } from './visit.ts'

const FILES = {
  'style.css': [STYLE, 'text/css'],
  'script.js': [SCRIPT, 'text/javascript'],
  'icon.svg': [ICON, 'image/svg+xml'],
} as const

type Name = keyof typeof FILES

/** The address of a file: another one as soon as it changes. */
export function assetAddress(name: Name): string {
  return at(`/assets/${name}`, { v: createHash('sha256').update(FILES[name][0]).digest('hex').slice(0, 12) })
}

/** Style, script and icon. They are the same for everybody. */
export function serveAssets(app: Hono<Env>): void {
  for (const name of ['style.css', 'script.js', 'icon.svg'] as const) {
    const [text, type] = FILES[name]
    app.get(`/assets/${name}`, context =>
      context.body(text, 200, {
        'Content-Type': `${type}; charset=utf-8`,
        'Cache-Control': 'public, max-age=31536000, immutable',
      }),
    )
  }
}
