/** The console in a bundle of its own: other commands do not read its libraries. */
export * from './web.ts'
export * from './web-port.ts'
export * from './web-processes.ts'
export * from './web-serve.ts'
