// Loaded into a command before it starts (`preloading`): numbers every change that the command makes to files below a
// folder, and notes them, or does something just before one of them. GABARIT_TEST_STEP holds JSON:
// `root`, `notes` (a file that gets one line for each step), `step` (a number from 1), `command` (run there; without it the
// process is killed with SIGKILL).
const fs = require('node:fs')
const { spawnSync } = require('node:child_process')
const { relative } = require('node:path')

const { root, notes, step, command } = JSON.parse(process.env.GABARIT_TEST_STEP)
// What the command starts is none of ours.
delete process.env.GABARIT_TEST_STEP
delete process.env.NODE_OPTIONS
delete process.env.BUN_OPTIONS

const { appendFileSync, existsSync, writeFileSync, writeSync } = fs
const opened = new Map()
let count = 0
let within = false

function reach(name) {
  count++
  if (notes !== undefined) appendFileSync(notes, `${name}\n`)
  if (count !== step) return
  if (command === undefined) process.kill(process.pid, 'SIGKILL')
  const { status, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' })
  if (status !== 0) writeFileSync(`${root}.failed`, `${name}: ${stderr}`)
}

const inside = path => typeof path === 'string' && path.startsWith(`${root}/`) && path !== notes
const short = path => relative(root, path)

/** Replaces a function of fs by one that tells of its call first; `tell` gives the step's name, or nothing. */
function watch(name, tell) {
  const original = fs[name]
  fs[name] = (...args) => {
    // One function of fs may call another.
    const told = within ? undefined : tell(...args)
    if (told !== undefined) reach(told)
    within = true
    try {
      return original(...args)
    } finally {
      within = false
    }
  }
}

watch('renameSync', (from, to) => (inside(to) ? `rename ${short(from)} -> ${short(to)}` : undefined))
watch('linkSync', (_, link) => (inside(link) ? `link ${short(link)}` : undefined))
watch('symlinkSync', (_, path) => (inside(path) ? `symlink ${short(path)}` : undefined))
watch('unlinkSync', path => (inside(path) ? `remove ${short(path)}` : undefined))
watch('rmdirSync', path => (inside(path) ? `remove folder ${short(path)}` : undefined))
watch('rmSync', path => (inside(path) && existsSync(path) ? `remove ${short(path)}` : undefined))
// Whether a folder of objects is new depends on hashes of what is drawn by lot: steps would have other numbers in the next run.
const isByChance = path => /\/objects\/..$/.test(path)
watch('mkdirSync', path =>
  inside(path) && !existsSync(path) && !isByChance(path) ? `make folder ${short(path)}` : undefined,
)
watch('appendFileSync', path => (inside(path) ? `append ${short(path)}` : undefined))

const { openSync, closeSync } = fs
fs.openSync = (path, flags, ...rest) => {
  const descriptor = openSync(path, flags, ...rest)
  if (inside(path) && /[wa]/.test(String(flags))) opened.set(descriptor, short(path))
  return descriptor
}
fs.closeSync = descriptor => {
  opened.delete(descriptor)
  return closeSync(descriptor)
}
// The file is there, with half of its content.
fs.writeFileSync = (file, data, ...rest) => {
  if (opened.has(file)) {
    const bytes = Buffer.from(data)
    const half = writeSync(file, bytes, 0, bytes.length >> 1)
    reach(`write ${opened.get(file)}`)
    for (let at = half; at < bytes.length; ) at += writeSync(file, bytes, at)
    return
  }
  if (inside(file)) reach(`write ${short(file)}`)
  writeFileSync(file, data, ...rest)
}
