/** What uses the libraries for OpenID Connect, in a bundle of its own: only a gateway that speaks it reads it. */
export { OpenIdClient } from './client.ts'
export { fetchFromProvider } from './fetch.ts'
