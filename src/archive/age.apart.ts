/** The library of age, in a bundle of its own: with the program it is not needed. */
export { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
