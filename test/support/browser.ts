import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findCommand } from './packages.ts'

/** Where a browser runs, and where every name leads. Default: this machine. */
interface Where {
  readonly program?: string
  readonly address?: string
}

/** Chromium without its windows: a page takes less than half of the processor time. */
export const CHROMIUM = 'chromium-headless-shell'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Starts Chromium. @param certificate file of the one that it trusts, if any */
export function startBrowser(
  certificate?: string,
  { program = findCommand(CHROMIUM) ?? CHROMIUM, address = '127.0.0.1' }: Where = {},
): Promise<Browser> {
  const trusted = certificate === undefined ? '' : keyHash(readFileSync(certificate))
  return chromium.launch({
    executablePath: program,
    // Its sandbox does not run as root.
    args: [
      '--no-sandbox',
      `--host-resolver-rules=MAP * ${address}`,
      `--ignore-certificate-errors-spki-list=${trusted}`,
    ],
  })
}

function keyHash(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** What a page violates of WCAG 2.1, level AA: the rule, and the first place. @param rules default: all of them */
export async function violations(page: Page, ...rules: string[]): Promise<string[]> {
  // As the debugger of the browser: the page itself lets no such script in.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(AXE)
  const runOnly = rules.length > 0 ? rules : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
  // What it does not tell of, it need not describe.
  const found: { violations: { id: string; nodes: { html: string }[] }[] } = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] })`,
  )
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

/** How many pixels a page is wider than its window. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
}
