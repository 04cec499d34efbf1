/** An event from a payment provider. It only says what to look up: the new state is always read from the provider. */
export interface ProviderEvent {
  /** The provider's id. The same each time the event is sent. */
  readonly eventId: string
  /** The provider's name for the event, for operators. */
  readonly kind: string
  /** The object to look up. Null if the event does not matter here. */
  readonly about: ProviderObject | null
}

/** An object at the provider. */
export interface ProviderObject {
  /** `setup` is a visit to the page where a card is entered; `method` is a saved card. */
  readonly kind: 'payment' | 'setup' | 'method'
  /** The provider's id. */
  readonly id: string
}
