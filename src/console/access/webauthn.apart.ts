/** The library that judges passkeys, in a bundle of its own: the helper reads it when somebody uses one. */
export { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
