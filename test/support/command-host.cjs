// Runs commands of ours one after the other, each as if in a process of its own, which saves them Node's start. `hosted.ts` sends
// each as a line of JSON on descriptor 3 and reads its exit status from descriptor 4. What the commands print goes where
// standard output and standard error of this process go.
const { read, writeSync } = require('node:fs')
const Module = require('node:module')
const { dirname } = require('node:path')
const vm = require('node:vm')

/** What the build made. */
const BUILT = /\/dist\/[\w-]+\.cjs$/
const compiled = new Map()
const { Script } = vm
const compileModule = Module.prototype._compile

/** Our programs are compiled once: each command runs them anew, with variables of its own. */
function compile(source, options) {
  const name = options?.filename
  if (!BUILT.test(name)) return new Script(source, options)
  const known = compiled.get(name)
  if (known?.source === source) return known.script
  const script = new Script(source, options)
  compiled.set(name, { source, script })
  return script
}
vm.Script = new Proxy(Script, { construct: (_, [source, options]) => compile(source, options) })
Module.prototype._compile = function (source, name) {
  if (!BUILT.test(name)) return compileModule.call(this, source, name)
  const wrapped = `(function(exports,require,module,__filename,__dirname){${source}\n})`
  const script = compile(wrapped, { filename: name })
  script.runInThisContext()(this.exports, Module.createRequire(name), this, name, dirname(name))
}

/** The clock of the command that runs now. */
let clock

/** Runs a command, to the moment when it has nothing to wait for any more. */
function start({ program, args, env, cwd, umask, timeout }) {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  Object.assign(process.env, env)
  process.chdir(cwd)
  process.umask(umask)
  process.argv = [process.execPath, program, ...args]
  process.exitCode = undefined
  clock = setTimeout(() => process.kill(process.pid, 'SIGKILL'), timeout).unref()
  // The modules are made anew: nothing that one command remembers reaches the next.
  const project = dirname(dirname(program))
  for (const file of Object.keys(require.cache)) if (file.startsWith(`${project}/`)) delete require.cache[file]
  require(program)
}

/** Waits for a command, or for the end of whoever sends them. Meanwhile processes that a command has left behind may end. */
function waitForCommand(text = '') {
  const piece = Buffer.alloc(65536)
  read(3, piece, (error, length) => {
    if (error !== null || length === 0) process.exit()
    const all = text + piece.toString('latin1', 0, length)
    if (all.endsWith('\n')) start(JSON.parse(Buffer.from(all, 'latin1').toString()))
    else waitForCommand(all)
  })
}

function tell(status, more) {
  clearTimeout(clock)
  clock = undefined
  // A folder that somebody is in cannot be unmounted.
  process.chdir('/')
  writeSync(4, `${JSON.stringify({ status, more })}\n`)
}

// The command has nothing to wait for any more: here its process would end.
process.on('beforeExit', () => {
  if (clock !== undefined) tell(process.exitCode ?? 0, true)
  waitForCommand()
})
// By an error that nobody caught, this process ends as one of its own would.
process.on('exit', status => {
  if (clock !== undefined) tell(status, false)
})
