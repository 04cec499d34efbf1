/** News from a provider that something has changed: what to look at. What has changed is never taken from it. */
export interface ProviderEvent {
  /** The provider's: the same however often it is sent. */
  readonly eventId: string
  /** What the provider calls it: for operators. */
  readonly kind: string
  /** Null: nothing that is of interest here. */
  readonly about: WhatToLookAt | null
}

export interface WhatToLookAt {
  /** `setup`: a visit to the page where a card is typed in; `method`: a saved card. */
  readonly kind: 'payment' | 'setup' | 'method'
  /** The provider's. */
  readonly id: string
}
