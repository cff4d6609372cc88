// The floors of src/, lowest first. A file imports only from its own folder or from a folder above it in this list; so
// data flows one way. `npm run check` fails on the first arrow back, and `npm run map` draws the picture in ARCHITECTURE.md.
const FLOORS = require('./scripts/floors.json')

const arrowsBack = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `${floor}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: `^src/(${FLOORS.slice(index + 1).join('|')})/` },
}))

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'every-folder-has-a-floor',
      comment: 'A new folder below src/ needs its place in the list of floors.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${FLOORS.join('|')})/` },
      to: {},
    },
    {
      name: 'modules-stay-apart',
      comment: 'A module works without the others.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: { path: '^src/modules/[^/]+/', pathNot: '^src/modules/$1/' },
    },
    {
      name: 'modules-are-registered',
      comment: 'The engine works without any module: src/cli/modules.ts is the table of those that are there.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(modules/|cli/backup\\.ts$)' },
      to: { path: '^src/modules/' },
    },
    {
      name: 'no-fs-outside-the-ports',
      comment: 'Files are read and written, and commands run, by functions of src/system, so that a dry run cannot write.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/system/' },
      to: { path: '^(node:)?(fs|fs/promises|child_process|worker_threads|cluster)$' },
    },
    ...arrowsBack,
  ],
  options: {
    // Types count too: an arrow back is one, whatever it carries.
    tsPreCompilationDeps: true,
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
  },
}
