// A module is a guest: without its folder the engine builds, and its tests pass.
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { must, PROJECT, run } from '../support/sandbox.ts'

const removed = suite('without a module')
const NAMES = readdirSync(join(PROJECT, 'src/modules'))
/** A part of the engine's tests that takes little time. */
const TESTS = ['test/cli/doctor.test.ts', 'test/event/expansion.test.ts', 'test/plan/plan.test.ts']
const NOT_COPIED = new Set(['.git', 'dist', 'docs', 'bench', 'node_modules', 'packaging'])

removed('the modules are found', () =>
  assert.equal(NAMES, ['backup', 'fleet', 'letsencrypt', 'openvpn', 'proxy', 'sites', 'sso']),
)

for (const name of NAMES)
  removed(`without ${name} the engine builds, and its tests pass`, () => {
    const copy = mkdtempSync(join(tmpdir(), 'gabarit-without-'))
    try {
      for (const entry of readdirSync(PROJECT))
        if (!NOT_COPIED.has(entry))
          cpSync(join(PROJECT, entry), join(copy, entry), { recursive: true, verbatimSymlinks: true })
      symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'))
      rmSync(join(copy, 'src/modules', name), { recursive: true })
      const node = (...args: string[]) => run([process.execPath, ...args], { cwd: copy, timeoutSeconds: 240 })
      const built = node('scripts/build.mjs')
      assert.is(built.status, 0, built.stderr)
      const overview = must([join(copy, 'bin/gabarit'), '--help'])
      for (const command of ['letsencrypt', 'vpn', 'proxy', 'sso', 'fleet'])
        assert.is(new RegExp(`^  ${command} `, 'm').test(overview), command.replace('vpn', 'openvpn') !== name, command)
      const { status, stdout, stderr } = node('--import', 'tsx', 'test/run.ts', ...TESTS)
      assert.is(status, 0, stdout + stderr)
      assert.match(stdout, `\n${TESTS.length} of ${TESTS.length} ok`)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  })

removed.run()
