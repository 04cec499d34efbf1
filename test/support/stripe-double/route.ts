/** The request types of the double, and their parameters. */
import type { CallName } from '../../../src/payments/providers/sandbox/faults.ts'
import { ApiError, invalid } from './objects.ts'
import type { StripeState } from './state.ts'

export type Params = { readonly [name: string]: string | Params }

export interface Asked {
  readonly id: string
  readonly params: Params
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  /** The product's name for it, for faults on demand. */
  readonly call: CallName
  readonly takes: readonly string[]
  readonly expands: readonly string[]
  /** What no two requests change concurrently. */
  readonly locks?: true
  readonly answer: (asked: Asked) => unknown
}

export interface RouteOptions {
  readonly state: StripeState
  /** The delay of lists and search. */
  readonly lagSeconds: () => { readonly lists: number; readonly search: number }
}

/** Stripe refuses unknown parameters. */
export function refuseUnknown({ takes, expands }: Route, params: Params): void {
  for (const name of Object.keys(params)) {
    if (name !== 'expand' && !takes.includes(name)) {
      throw new ApiError(400, {
        type: 'invalid_request_error',
        code: 'parameter_unknown',
        message: `Received unknown parameter: ${name}`,
        param: name,
      })
    }
  }
  for (const wanted of Object.values((params.expand ?? {}) as Params)) {
    if (!expands.includes(wanted as string))
      throw invalid('', `This property cannot be expanded (${wanted}).`, 'expand')
  }
}

export function isExpanded(params: Params, name: string): boolean {
  return Object.values((params.expand ?? {}) as Params).includes(name)
}

/** A payment as requested, with its latest charge or the id of it. */
export function intentShown(state: StripeState) {
  return (intent: { latest_charge: string | null }, params: Params) =>
    isExpanded(params, 'latest_charge') || isExpanded(params, 'data.latest_charge')
      ? { ...intent, latest_charge: intent.latest_charge === null ? null : state.charges.get(intent.latest_charge) }
      : intent
}
