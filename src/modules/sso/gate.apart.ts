/** What uses the libraries for SAML, in a bundle of its own: other commands do not read them. */

export { check, quickChecks } from './check/check.ts'
export * from './commands.ts'
export { refresh } from './provider/refresh.ts'
