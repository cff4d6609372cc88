// What a browser is asked to do with a passkey, as `PublicKeyCredential.parse…OptionsFromJSON` takes it.

interface Descriptor {
  readonly id: string
  readonly type: 'public-key'
}

/** To sign with a passkey. */
export interface RequestOptions {
  readonly challenge: string
  readonly rpId: string
  /** Empty: any that belongs to the name. */
  readonly allowCredentials: readonly Descriptor[]
  readonly userVerification: 'required'
}

/** To make a passkey. */
export interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[]
  readonly excludeCredentials: readonly Descriptor[]
  readonly authenticatorSelection: { readonly residentKey: 'required'; readonly userVerification: 'required' }
}
