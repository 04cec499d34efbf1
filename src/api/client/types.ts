/**
 * Every route of the API as types, for `createApiClient`. Made from the OpenAPI document by `npm run api:types`, never by
 * hand: a test fails while they differ.
 */
export interface paths {
  '/v1/accounts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Accounts, ordered by id */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
          status?: 'active' | 'blocked'
          currency?: components['schemas']['CurrencyInput']

          /** Only closed accounts, or only those that are not closed. */
          closed?: 'true' | 'false'

          /** Only accounts whose id starts with this. */
          prefix?: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['AccountInList'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never

    /** Create an account */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['NewAccountInput'] } }
      responses: {
        201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Account'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** An account with its plan and contacts */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Account'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never

    /** Change an account's plan */
    patch: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of the version that you have read, or * to change the current version whatever it is. */
          'if-match'?: string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['ChangedPlanInput'] } }
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Account'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        412: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        428: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    trace?: never
  }
  '/v1/accounts/{account_id}/adjustments': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Adjust an account's credit */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedAdjustmentInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['Adjustment'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/alert-levels': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Balances at which alerts are raised */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['AlertLevels'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }

    /** Set the balances at which alerts are raised */
    put: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of the version that you have read, or * to change the current version whatever it is. */
          'if-match'?: string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedAlertLevelsInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['AlertLevels'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        412: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        428: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/auto-top-up': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** State and settings of automatic top-up */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['AutoTopUp'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }

    /** Set up, change, resume or turn off automatic top-up */
    put: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of the version that you have read, or * to change the current version whatever it is. */
          'if-match'?: string

          /** Repeating the same key and content returns the first answer, whatever has changed since. */
          'idempotency-key'?: string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedAutoTopUpInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['SavedAutoTopUp'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        412: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        428: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/auto-top-up-quote': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Quote what would be charged at once if automatic top-up were saved like this */
    get: {
      parameters: {
        query?: {
          threshold?: components['schemas']['MoneyInput']
          amount?: components['schemas']['MoneyInput']
          monthly_cap?: components['schemas']['MoneyInput']
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['AutoTopUpQuote'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/balance': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Balance and what is blocked */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Balance'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/balance-history': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** The balance over time, what moved it each day, and the top-ups */
    get: {
      parameters: {
        query?: {
          /** First day, as a UTC date. If absent, the period has `days` days. */
          from?: string

          /** The UTC date after the last day. If absent, today is the last day. */
          to?: string

          /** Number of days, if `from` is absent. */
          days?: number

          /** The time between two points. With hour, the period is at most 15 days. */
          step?: 'hour' | 'day'
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['BalanceHistory'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/close': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Close an account */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ClosedAccount'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/contacts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Who gets mail */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['Contacts'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }

    /** Set who gets mail */
    put: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of the version that you have read, or * to change the current version whatever it is. */
          'if-match'?: string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': { contacts: components['schemas']['WantedContactInput'][] } } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['Contacts'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        412: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        428: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/exports': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Exports, newest first */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['Export'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never

    /** Request a file of all movements of a period */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedExportInput'] } }
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Export'] } }
        201: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Export'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/exports/{export_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** An export with its progress and the sums of its period */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          export_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Export'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/exports/{export_id}/file': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Download the file of an export that is ready */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          export_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'text/csv': string } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/fair-use': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Included minutes used in this billing cycle, by user */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['FairUse'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/live': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Follow balance, top-ups, notices and settings as they change */
    get: {
      parameters: {
        query?: never
        header?: {
          /** The `id` of the last event received. An unreadable id counts as none. */
          'last-event-id'?: string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'text/event-stream': components['schemas']['LiveEvent'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/movement-searches': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Search movements by text, user, kind, period and direction, newest first, with their number */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['MovementSearchInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['FoundMovements'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/movements': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Movements of credit, newest first */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number

          /** Only movements of these kinds. May be repeated. */
          kind?:
            | (
                | 'usage'
                | 'reversal'
                | 'adjustment'
                | 'top_up'
                | 'refund'
                | 'dispute'
                | 'call'
                | 'toll_free'
                | 'sms'
                | 'mms'
                | 'whatsapp'
                | 'conversation_intelligence'
                | 'voice_agent'
                | 'other'
              )
            | (
                | 'usage'
                | 'reversal'
                | 'adjustment'
                | 'top_up'
                | 'refund'
                | 'dispute'
                | 'call'
                | 'toll_free'
                | 'sms'
                | 'mms'
                | 'whatsapp'
                | 'conversation_intelligence'
                | 'voice_agent'
                | 'other'
              )[]

          /** Only movements recorded at this instant or later. */
          from?: string | string

          /** Only movements recorded before this instant. */
          to?: string | string

          /** Only movements that add credit (in) or take it (out). */
          direction?: 'in' | 'out'
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['Movement'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/movements/{sequence}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** A movement and its explanation */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          sequence: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ExplainedMovement'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/notices': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** What the people of an account need to know */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Notices'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/notices/dismissals': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Dismiss a notice for oneself */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['NoticeDismissalInput'] } }
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['Notices'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/payment-method-setups': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Start a visit to the provider's page, where a card is entered */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedMethodSetupInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['OpenedMethodSetup'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/payment-method-setups/{setup_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** The result of a visit to the provider’s page */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          setup_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['MethodSetup'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/payment-methods': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Saved cards, oldest first */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PaymentMethods'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/payment-methods/{method_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post?: never

    /** Remove a saved card */
    delete: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          method_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['RemovedMethod'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/payment-methods/{method_id}/default': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never

    /** Make a card the default */
    put: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          method_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedDefaultMethodInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ChosenMethod'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/period-summary': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** From the opening to the closing balance of a period */
    get: {
      parameters: {
        query?: {
          /** Only movements recorded at this instant or later. Defaults to the beginning of the UTC month that contains the end. */
          from?: string | string

          /** Only movements recorded before this instant. If it is absent or in the future, the period ends now. */
          to?: string | string
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PeriodSummary'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/service-status': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Whether calls go through */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ServiceStatus'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/top-up-quotes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Quote what adding credit would bring */
    get: {
      parameters: {
        query?: { amount?: components['schemas']['MoneyInput'] }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['TopUpQuotes'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/top-ups': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Top-ups, newest first */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number

          /** If true, only top-ups that are not over yet. */
          open?: 'true' | 'false'
          trigger?: 'automatic' | 'manual'

          /** Only top-ups in these states. May be repeated. */
          state?:
            | (
                | 'requested'
                | 'prepared'
                | 'charging'
                | 'unknown'
                | 'processing'
                | 'needs_action'
                | 'succeeded'
                | 'failed'
                | 'canceled'
                | 'skipped'
                | 'no_longer_needed'
              )
            | (
                | 'requested'
                | 'prepared'
                | 'charging'
                | 'unknown'
                | 'processing'
                | 'needs_action'
                | 'succeeded'
                | 'failed'
                | 'canceled'
                | 'skipped'
                | 'no_longer_needed'
              )[]
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['TopUp'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never

    /** Add credit now */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedTopUpInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['RequestedTopUp'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/top-ups/{top_up_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** A top-up with its attempts and movements */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          top_up_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['TopUpDetails'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/top-ups/{top_up_id}/approve': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Approve a payment with the bank */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          top_up_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedApprovalInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['Approval'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/top-ups/{top_up_id}/cancel': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Cancel a top-up that is waiting or needs approval */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
          top_up_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['TopUpDetails'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/usage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** What used credit, by day, kind, user or destination */
    get: {
      parameters: {
        query?: {
          /** First day, as a UTC date. If absent, the period has `days` days. */
          from?: string

          /** The UTC date after the last day. If absent, today is the last day. */
          to?: string

          /** Number of days, if `from` is absent. */
          days?: number

          /** What usage is summed by. */
          by?: 'day' | 'kind' | 'user' | 'destination'

          /** Maximum number of items; the rest is summed in `other`. Days are always listed in full. */
          limit?: number
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['UsageSummary'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/usage-forecast': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** How long credit lasts, with suggested thresholds and amounts */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['UsageForecast'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/users': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Users with a display name */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
        }
        header?: never
        path: {
          /** The account's id. */
          account_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['User'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/accounts/{account_id}/users/{user_id}/display-name': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never

    /** Set a user's display name */
    put: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string

          /** The user's id, as in usage events. */
          user_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': { name: string } } }
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['User'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    post?: never

    /** Erase a user's display name */
    delete: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account's id. */
          account_id: string

          /** The user's id, as in usage events. */
          user_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/api-keys': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** API keys including revoked ones, newest first */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['ApiKey'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never

    /** Create an API key */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['WantedApiKeyInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ApiKeyWithToken'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/api-keys/{key_id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** An API key */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key's id. */
          key_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ApiKey'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/api-keys/{key_id}/revoke': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Revoke an API key */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key's id. */
          key_id: string
        }
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: { headers: { [name: string]: unknown }; content: { 'application/json': components['schemas']['ApiKey'] } }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/api-keys/{key_id}/rotate': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Rotate the secret of an API key */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key's id. */
          key_id: string
        }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['WantedRotationInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['ApiKeyWithToken'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/catalog-checks': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Check a catalog for faults without storing it */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['CatalogToCheckInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['CheckedCatalog'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/catalogs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Catalog versions, newest first, and which is in force */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['CatalogVersion'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never

    /** Publish a catalog as a new version */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path?: never
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['CatalogToPublishInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PublishedCatalog'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/catalogs/{version}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** A catalog version with its files */
    get: {
      parameters: { query?: never; header?: never; path: { version: number }; cookie?: never }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['CatalogWithFiles'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/catalogs/{version}/roll-back': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Publish an earlier version again as a new one */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path: { version: number }
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['RollBackInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PublishedCatalog'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/dead-letters': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Usage that could not be rated, newest first */
    get: {
      parameters: {
        query?: {
          /** The next_cursor of the previous page. */
          cursor?: string

          /** Maximum number of items on a page. */
          limit?: number
          reason?: string

          /** The account's id. */
          account_id?: string
          topic?: string

          /** Only dead letters recorded at this instant or later. */
          since?: string | string

          /** true for those replayed before, false for those never replayed. All if absent. */
          replayed?: 'true' | 'false'
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: {
            'application/json': {
              items: components['schemas']['DeadLetter'][]

              /** Cursor of the next page. Null on the last page. */
              next_cursor: string | null
            }
          }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/dead-letters/replay': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Replay dead letters, oldest first */
    post: {
      parameters: {
        query?: never
        header: {
          /** A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days. */
          'idempotency-key': string
        }
        path?: never
        cookie?: never
      }
      requestBody: { content: { 'application/json': components['schemas']['ReplayRequestInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['Replayed'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        422: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/dead-letters/summary': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Number of dead letters by reason, most frequent first */
    get: {
      parameters: {
        query?: {
          reason?: string

          /** The account's id. */
          account_id?: string
          topic?: string

          /** Only dead letters recorded at this instant or later. */
          since?: string | string

          /** true for those replayed before, false for those never replayed. All if absent. */
          replayed?: 'true' | 'false'
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': { items: components['schemas']['DeadLetterReason'][] } }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/portal-session': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** The session of the billing page, and whose it is */
    get: {
      parameters: {
        query: {
          /** The account. A browser has one session for each account whose page it has open. */
          account_id: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PortalSession'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    put?: never
    post?: never

    /** Sign out */
    delete: {
      parameters: {
        query: {
          /** The account. A browser has one session for each account whose page it has open. */
          account_id: string
        }
        header?: never
        path?: never
        cookie?: never
      }
      requestBody?: never
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/portal-sessions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** Open the billing page for a person */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['WantedPortalSessionInput'] } }
      responses: {
        201: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['PortalLink'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        409: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/portal-sessions/end': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never

    /** End a person's sessions */
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never }
      requestBody: { content: { 'application/json': components['schemas']['EndedPersonInput'] } }
      responses: {
        200: {
          headers: { [name: string]: unknown }
          content: { 'application/json': components['schemas']['EndedSessions'] }
        }
        400: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        401: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        403: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        404: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        413: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        415: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        429: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        500: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
        503: {
          headers: { [name: string]: unknown }
          content: { 'application/problem+json': components['schemas']['Problem'] }
        }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export interface components {
  schemas: {
    Account: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      tariff: string

      /** In the order in which they take effect. Each is in force until the next. */
      packages: {
        /** A package of the catalog, or none. */
        id: string

        /** The name in the catalog in force. Null if it has none. */
        name: string | null
        from: components['schemas']['Instant']
      }[]
      billing_cycle_anchor: string

      /** The account's own limit. Null if the package's applies. */
      fair_use_minutes_per_user: number | null

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      conversation_intelligence: 'credit' | 'invoice' | 'included'

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      voice_agent: 'credit' | 'invoice' | 'included'
      contacts: components['schemas']['Contact'][]
      created_at: components['schemas']['Instant']
      closed_at: components['schemas']['Instant'] | null
    }
    AccountInList: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']
      status: 'active' | 'blocked'
      status_since: components['schemas']['Instant']
      created_at: components['schemas']['Instant']
      closed_at: components['schemas']['Instant'] | null
    }
    Adjustment: {
      /** The account's id. */
      account_id: string

      /** Sequence of its movement. */
      sequence: number
      amount: components['schemas']['Money']
      balance_before: components['schemas']['Money']
      balance_after: components['schemas']['Money']
      currency: components['schemas']['Currency']
      recorded_at: components['schemas']['Instant']
      actor: string
      reason: string
    }
    AlertLevels: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']

      /** The level in force: the account's own, otherwise the default. */
      low: components['schemas']['Money']

      /** Null for the default. */
      own_low: components['schemas']['Money'] | null

      /** An additional level of the customer. Null if there is none. */
      custom: components['schemas']['Money'] | null
    }
    ApiKey: {
      /** Part of the token, but not secret. */
      key_id: string
      name: string
      scopes: string[]

      /** Null for all accounts and the installation. */
      account_ids: string[] | null
      created_at: components['schemas']['Instant']
      created_by: string

      /** When the key was last used, to the minute. Null if never. */
      last_used_at: components['schemas']['Instant'] | null

      /** When it got its current secret. Null if it still has its first one. */
      rotated_at: components['schemas']['Instant'] | null
      rotated_by: string | null

      /** Until when the previous secret is also valid. Null if it is not. */
      earlier_secret_expires_at: components['schemas']['Instant'] | null
      revoked_at: components['schemas']['Instant'] | null
      revoked_by: string | null
    }
    ApiKeyWithToken: {
      /** Part of the token, but not secret. */
      key_id: string
      name: string
      scopes: string[]

      /** Null for all accounts and the installation. */
      account_ids: string[] | null
      created_at: components['schemas']['Instant']
      created_by: string

      /** When the key was last used, to the minute. Null if never. */
      last_used_at: components['schemas']['Instant'] | null

      /** When it got its current secret. Null if it still has its first one. */
      rotated_at: components['schemas']['Instant'] | null
      rotated_by: string | null

      /** Until when the previous secret is also valid. Null if it is not. */
      earlier_secret_expires_at: components['schemas']['Instant'] | null
      revoked_at: components['schemas']['Instant'] | null
      revoked_by: string | null

      /** For Authorization: Bearer. Shown only once. */
      token: string
    }

    /** Amount = (fee, if charged) + price x billed seconds / 60, or price x units. */
    AppliedPrice: {
      per_minute: components['schemas']['Money'] | null

      /** Price of a fragment or an item. */
      per_unit: components['schemas']['Money'] | null

      /** The connection fee of the rate. Null if it is not a call. */
      connection_fee: components['schemas']['Money'] | null

      /** False if the package covered the first minutes of the call. */
      is_connection_fee_charged: boolean
      first_increment_seconds: number | null
      next_increment_seconds: number | null

      /** Seconds to be priced: without covered minutes, before increments. */
      priced_seconds: number | null

      /** Seconds after increments. */
      billed_seconds: number | null

      /** Number of fragments or items. */
      units: number | null

      /** The amount before rounding, as a positive number with up to 12 decimals. */
      unrounded: string

      /** False if its digits never end and were cut off after the twelfth decimal. */
      is_unrounded_exact: boolean
    }
    Approval: {
      /** The bank's page, where the customer approves the payment. */
      url: string
    }
    AutoTopUp: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      state: 'on' | 'waiting' | 'paused' | 'needs_approval' | 'off'

      /** Null if it was never set up. */
      settings: components['schemas']['AutoTopUpSettings'] | null
      pause: {
        /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; new values may be added. Null if the caller may not see it. */
        reason: string | null

        /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
        why: string | null

        /** The code of the bank or the provider. Only for services and operators. */
        code: string | null
        since: components['schemas']['Instant']
      } | null

      /** monthly_cap, day_limit, or next_try after a decline. */
      waits_for: string | null
      waits_until: components['schemas']['Instant'] | null

      /** Charged automatically in this UTC month, including payments that may still succeed. The cap is compared with this. */
      charged_this_month: components['schemas']['Money']

      /** The automatic top-up that is not over yet. */
      open_top_up: {
        top_up_id: string
        state:
          | 'requested'
          | 'prepared'
          | 'charging'
          | 'unknown'
          | 'processing'
          | 'needs_action'
          | 'succeeded'
          | 'failed'
          | 'canceled'
          | 'skipped'
          | 'no_longer_needed'
        is_being_canceled: boolean

        /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
        why: string | null
        next_try_at: components['schemas']['Instant']
      } | null

      /** The default payment method, which is charged. */
      method: {
        method_id: string

        /** visa, mastercard, ... Null if the caller may not see it. */
        brand: string | null
        last4: string | null
        expiry_month: number
        expiry_year: number
      } | null

      /** Whether only another payment method ends the pause. */
      needs_another_method: boolean
      bounds: {
        threshold: { min: components['schemas']['Money']; max: components['schemas']['Money'] }
        amount: { min: components['schemas']['Money']; max: components['schemas']['Money'] }
      }
      last_consent: { person: string | null; at: components['schemas']['Instant'] } | null
    }
    AutoTopUpQuote: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']

      /** Number of payments of the amount that would be charged at once. */
      charges: number

      /** Sum of these payments. */
      total: components['schemas']['Money']
      balance_after: components['schemas']['Money']

      /** The limit that keeps the balance from reaching the threshold at once. Null if none does. */
      limit: ('monthly_cap' | 'day_limit' | 'manual_payment') | null

      /** When the limit allows the next charge. */
      until: components['schemas']['Instant'] | null

      /** Average usage per day. Null if it is not known. */
      average: components['schemas']['Money'] | null
      is_amount_below_a_day: boolean
      is_threshold_below_a_day: boolean

      /** Whether the rest of this month’s cap is less than one top-up. */
      is_cap_used_up: boolean

      /** Based on usage, otherwise a default. */
      suggested_threshold: components['schemas']['Money']
      suggested_amount: components['schemas']['Money']
    }
    AutoTopUpSettings: {
      is_on: boolean

      /** Top-ups are charged while the balance is below it. */
      threshold: components['schemas']['Money']

      /** The amount of each automatic top-up. */
      amount: components['schemas']['Money']

      /** Maximum charged in a UTC month. Null for no cap. */
      monthly_cap: components['schemas']['Money'] | null
    }
    Balance: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** The ledger's epoch, which grows with every restore. Order by (epoch, version). */
      epoch: number

      /** Increases by one with every change of the balance. */
      version: number

      /** Sequence of the newest movement. 0 before the first. */
      last_sequence: number
      status: 'active' | 'blocked'

      /** outbound_calls, inbound_toll_free; new values may be added. Empty while active. */
      blocked: string[]
      status_since: components['schemas']['Instant']
    }
    BalanceHistory: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      from: string
      to: string
      step: 'hour' | 'day'
      opening: components['schemas']['Money']

      /** Closing balance. The current balance, if the period reaches past now. */
      closing: components['schemas']['Money']

      /** From the opening to the closing balance, one at the end of each step. The last is as of now if the period reaches past now. */
      points: { at: components['schemas']['Instant']; balance: components['schemas']['Money'] }[]

      /** Days that have begun, including those without movements. */
      days: {
        /** In UTC. */
        date: string

        /** Top-ups. */
        added: components['schemas']['Money']

        /** Usage, less the reversals recorded on the day. */
        used: components['schemas']['Money']

        /** Adjustments, refunds and disputes. Positive if they added credit. */
        other: components['schemas']['Money']

        /** Closing balance of the day before + added - used + other. */
        closing: components['schemas']['Money']
      }[]
      top_ups: {
        count: number

        /** Sum of the top-ups. */
        added: components['schemas']['Money']

        /** In order. If there are more than 500, only the newest. */
        items: {
          at: components['schemas']['Instant']
          amount: components['schemas']['Money']
          balance_before: components['schemas']['Money']
          balance_after: components['schemas']['Money']

          /** Null if the payment is not known here. */
          trigger: ('automatic' | 'manual') | null
        }[]
      }

      /** The ledger's epoch, which grows with every restore. */
      epoch: number

      /** Sequence of the newest movement included. 0 if there is none. */
      through_sequence: number
    }
    CatalogToCheckInput: {
      /** catalog.yaml and every file that it names: their text by file name. */
      files: Record<string, string>
    }
    CatalogToPublishInput: {
      /** catalog.yaml and every file that it names: their text by file name. */
      files: Record<string, string>

      /** What changed. */
      comment: string

      /** From when it prices usage. Null for from now on. */
      in_force_from?: (string | string) | null
    }
    CatalogVersion: {
      version: number
      status: 'in_force' | 'to_come' | 'past'
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
      author: string
      comment: string

      /** Hash of its files, the same for the same content. */
      content_hash: string
    }
    CatalogWithFiles: {
      version: number
      status: 'in_force' | 'to_come' | 'past'
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
      author: string
      comment: string

      /** Hash of its files, the same for the same content. */
      content_hash: string
      files: Record<string, string>
    }
    ChangedPlanInput: {
      tariff?: string

      /** Each package is in force until the next. */
      packages?: {
        /** A package of the catalog, or none. */
        id: string

        /** An RFC 3339 instant, or a date for its midnight in UTC. */
        from: string | string
      }[]

      /** Billing cycles start on this day of every month, or on the last day of a shorter month. */
      billing_cycle_anchor?: string

      /** The account's own limit. Null if the package's applies. */
      fair_use_minutes_per_user?: number | null

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      conversation_intelligence?: 'credit' | 'invoice' | 'included'

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      voice_agent?: 'credit' | 'invoice' | 'included'
    }
    Charge: {
      /** charged, reversed, ... */
      outcome: string

      /** The rule that decided; new values may be added. */
      reason: string
      tariff: string

      /** Null if none was needed, as for a correction. */
      catalog_version: number | null
      settings_version: number

      /** The quantity used: seconds, fragments or items. */
      quantity: number

      /** The priced quantity. */
      units: number

      /** Positive if it takes credit, negative if it returns credit. */
      amount: components['schemas']['Money']
      deck: string | null
      prefix: string | null
      destination: string | null
      destination_country: string | null
      destination_type: string | null
      caller_country: string | null

      /** The package in force at the call. Null if there was none, or it is not a call. */
      package: {
        id: string
        name: string | null
        region: string | null

        /** Countries that callers must be from. */
        region_countries: string[]

        /** Countries that calls are covered to. */
        countries: string[]
      } | null

      /** Null if no minutes were counted. */
      fair_use: {
        /** Null if there is no limit. */
        limit_minutes: number | null
        is_own_limit: boolean

        /** Minutes left before the event. Null if there is no limit. */
        minutes_left: number | null

        /** Negative if minutes are returned. */
        covered_minutes: number
        cycle_start: string

        /** First day of the next cycle. */
        cycle_end: string
      } | null

      /** Null if nothing was priced. */
      price: components['schemas']['AppliedPrice'] | null
      rounding: {
        /** Digits after the decimal point. */
        scale: number
        mode: 'half_up' | 'half_even' | 'up' | 'down'
      } | null

      /** Whether recomputing gives the same decision. Null if too little is stored to recompute it. */
      is_reproduced: boolean | null
    }
    CheckedCatalog: {
      content_hash: string

      /** The first 200 things that are suspicious but not faults. */
      warnings: { file: string; line: number | null; reason: string }[]
      warning_count: number
    }
    ChosenMethod: {
      method_id: string
      is_default: boolean

      /** Whether it ended a pause that was caused by declines. */
      is_resumed: boolean
    }
    ClosedAccount: {
      /** The account's id. */
      account_id: string
      closed_at: components['schemas']['Instant']
    }
    Contact: {
      id: string

      /** admin gets all mail including approvals; billing gets the rest. */
      role: 'admin' | 'billing'

      /** Null if the caller may not see it. */
      email: string | null

      /** The language of the mail, e.g. de-DE. */
      locale: string
    }
    Contacts: {
      /** The account's id. */
      account_id: string
      contacts: components['schemas']['Contact'][]
    }

    /** ISO 4217 code. */
    Currency: 'EUR' | 'USD'

    /** ISO 4217 code. */
    CurrencyInput: 'EUR' | 'USD'
    DeadLetter: {
      topic: string
      partition: number
      offset: number
      recorded_at: components['schemas']['Instant']

      /** invalid_event, invalid_number, unknown_account, no_rate, already_corrected, too_late or content_differs. */
      reason: string
      detail: string

      /** As stated in the message. Null if it is unreadable. */
      account_id: string | null

      /** As stated in the message. Null if it is unreadable. */
      event_id: string | null
      size_bytes: number | null

      /** Whether it can be replayed. */
      value_kept: boolean

      /** How often it was replayed. */
      replays: number
      replayed_at: components['schemas']['Instant'] | null
    }
    DeadLetterReason: {
      reason: string
      count: number

      /** How many of them can be replayed. */
      value_kept_count: number
      newest_recorded_at: components['schemas']['Instant']
    }
    EndedPersonInput: {
      /** The account's id. */
      account_id: string

      /** The person's id in your dashboard. It is recorded for what they do, so it must never be given to somebody else. */
      person_id: string
    }
    EndedSessions: {
      /** Number of sessions ended, including links that were not opened. */
      ended: number
    }
    ExplainedMovement: {
      /** 1, 2, 3, ... without gaps, per account. */
      sequence: number

      /** usage, reversal, adjustment, top_up, refund, dispute; new values may be added. */
      kind: string

      /** Positive if it adds credit, negative if it takes credit. */
      amount: components['schemas']['Money']
      balance_before: components['schemas']['Money']
      balance_after: components['schemas']['Money']
      currency: components['schemas']['Currency']
      recorded_at: components['schemas']['Instant']
      occurred_at: components['schemas']['Instant']
      usage: components['schemas']['MovementUsage'] | null
      top_up_id: string | null
      reverses_sequence: number | null
      actor: string | null
      reason: string | null
      explanation: components['schemas']['Explanation']
    }
    Explanation: {
      /** The charge of usage and reversals. Null if it is no longer stored. */
      charge: components['schemas']['Charge'] | null

      /** The event that a reversal reverses. */
      corrects: components['schemas']['RelatedEvent'] | null

      /** The correction that has since reversed this usage. */
      corrected_by: components['schemas']['RelatedEvent'] | null

      /** The payment of top-ups, refunds and disputes. */
      payment: components['schemas']['MovementPayment'] | null
    }
    Export: {
      export_id: string

      /** The account's id. */
      account_id: string
      state: 'preparing' | 'ready' | 'failed' | 'expired'
      from: components['schemas']['Instant']

      /** End of the period. If it reached past the time of the request, the time of the request. */
      to: components['schemas']['Instant']
      currency: components['schemas']['Currency']

      /** Number of rows in the file. */
      rows: number

      /** Number of rows written so far. */
      rows_done: number

      /** Sequence of the last movement before the period. 0 if there is none. */
      after_sequence: number

      /** Sequence of the last movement in the period or before it. */
      through_sequence: number

      /** Null until all rows are written. */
      summary: components['schemas']['ExportSummary'] | null

      /** Size of the file. Null until all rows are written. */
      file_bytes: number | null
      requested_at: components['schemas']['Instant']
      requested_by: string
      time_zone: string

      /** When it became ready or failed. */
      concluded_at: components['schemas']['Instant'] | null

      /** 7 days after it became ready. */
      download_until: components['schemas']['Instant'] | null

      /** Why it failed, for support. Request another export. */
      failure:
        | (
            | 'database_unavailable'
            | 'commit_unanswered'
            | 'database_refused'
            | 'registry_unavailable'
            | 'catalog_unreadable'
            | 'value_refused'
            | 'value_out_of_range'
            | 'constraint_violated'
            | 'invariant_broken'
            | 'bug'
            | 'database_restored'
          )
        | null
    }

    /** Sums of the rows of the file: opening + added - used + other = closing. */
    ExportSummary: {
      opening: components['schemas']['Money']
      added: components['schemas']['Money']
      used: components['schemas']['Money']
      other: components['schemas']['Money']
      closing: components['schemas']['Money']
    }
    FairUse: {
      items: components['schemas']['FairUseOfUser'][]

      /** Cursor of the next page. Null on the last page. */
      next_cursor: string | null

      /** The package in force now. Null if there is none, so nothing is covered. */
      package: { id: string; name: string | null } | null

      /** Minutes per user and cycle. Null if there is no limit or no package. */
      limit_minutes: number | null

      /** Whether the limit is the account's own rather than the package's. */
      is_own_limit: boolean

      /** First day of the billing cycle, in UTC. */
      cycle_start: string

      /** First day of the next billing cycle. */
      cycle_end: string
    }
    FairUseOfUser: {
      user_id: string
      user_name: string | null

      /** Minutes that the package has covered in this cycle. */
      minutes_used: number

      /** Null if there is no limit or no package. */
      minutes_left: number | null
    }
    FoundMovements: {
      items: components['schemas']['Movement'][]

      /** Cursor of the next page. Null on the last page. */
      next_cursor: string | null

      /** Number of movements found on all pages, at most 1000. */
      count: number

      /** Whether there are more than count. */
      is_more: boolean
    }

    /** A consent for the new payment method, which has no id yet. */
    GivenConsentForNewMethodInput: {
      /** Who agreed. With a person’s own token or session, leave it out or name that person; otherwise it is required. */
      person?: string

      /** The text that was agreed to, as it was shown. */
      text: string
      text_version: string
      locale: string
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']
      monthly_cap: components['schemas']['MoneyInput'] | null
    }

    /** Who agreed to be charged, and to which text and figures. */
    GivenConsentInput: {
      /** Who agreed. With a person’s own token or session, leave it out or name that person; otherwise it is required. */
      person?: string

      /** The text that was agreed to, as it was shown. */
      text: string
      text_version: string
      locale: string
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']
      monthly_cap: components['schemas']['MoneyInput'] | null

      /** The payment method that may be charged. */
      method_id: string | null
    }

    /** An RFC 3339 instant in UTC, with microseconds. */
    Instant: string

    /** The last event of a stream that the server ends. */
    LiveEnd: {
      /** stopping: connect again. credential_ended: connect again with another credential. account_gone: the account no longer exists. New values may be added. */
      reason: string
    }

    /** One event: `event:`, `id:` and `data:`, which is JSON. */
    LiveEvent:
      | { event: 'balance'; id: string; data: components['schemas']['Balance'] }
      | { event: 'settings'; id: string; data: components['schemas']['LiveSettings'] }
      | { event: 'top_ups'; id: string; data: components['schemas']['LiveTopUps'] }
      | { event: 'notices'; id: string; data: components['schemas']['Notices'] }
      | { event: 'end'; data: components['schemas']['LiveEnd'] }

    /** Alert levels, automatic top-up, contacts or the plan changed: read them again. */
    LiveSettings: {
      /** The account's id. */
      account_id: string

      /** The ledger's epoch, which grows with every restore. Order by (epoch, version). */
      epoch: number

      /** Drop events that are not newer by (epoch, version). */
      version: number
    }
    LiveTopUps: {
      /** The account's id. */
      account_id: string

      /** The ledger's epoch, which grows with every restore. Order by (epoch, version). */
      epoch: number

      /** Drop events that are not newer by (epoch, version). */
      version: number

      /** Top-ups that are open, and those that have changed since the previous event of this kind. All others are unchanged. It has at most 20: if it has that many after a reconnect, list the top-ups again. */
      items: components['schemas']['TopUp'][]
    }
    MethodSetup: {
      setup_id: string

      /** Null if the provider has not returned its page yet. */
      url: string | null
      state: 'open' | 'saved' | 'canceled' | 'expired'
      expires_at: components['schemas']['Instant'] | null

      /** Id of the card, once it is saved. */
      method_id: string | null
      is_default: boolean | null

      /** Why the card did not become the default as requested (consent_needed, consent_differs) or was not saved (account_closed). */
      refusal: string | null
    }

    /** A decimal amount in units of the currency. */
    Money: string

    /** A decimal amount in units of the currency. */
    MoneyInput: string
    Movement: {
      /** 1, 2, 3, ... without gaps, per account. */
      sequence: number

      /** usage, reversal, adjustment, top_up, refund, dispute; new values may be added. */
      kind: string

      /** Positive if it adds credit, negative if it takes credit. */
      amount: components['schemas']['Money']
      balance_before: components['schemas']['Money']
      balance_after: components['schemas']['Money']
      currency: components['schemas']['Currency']
      recorded_at: components['schemas']['Instant']
      occurred_at: components['schemas']['Instant']
      usage: components['schemas']['MovementUsage'] | null
      top_up_id: string | null
      reverses_sequence: number | null
      actor: string | null
      reason: string | null
    }
    MovementPayment: {
      top_up_id: string
      trigger: 'automatic' | 'manual'

      /** Who requested it manually. Null for members, and if nobody did. */
      actor: string | null

      /** The person's name. Null if it is not known, or the caller may not see it. */
      actor_name: string | null
      requested_at: components['schemas']['Instant']

      /** Null for members, and if it is not known. */
      card: { brand: string; last4: string } | null

      /** The text on the card's statement. Null for members, and if it is not configured. */
      statement_descriptor: string | null

      /** When the payment became credit. Null if that is not known. */
      credited_at: components['schemas']['Instant'] | null
      credited: components['schemas']['Money']

      /** The amount of the payment that has been refunded, as of now. */
      refunded: components['schemas']['Money']

      /** The amount of the payment that disputes have withdrawn, as of now. */
      disputed: components['schemas']['Money']

      /** Why an automatic top-up was requested. Null for a manual one. */
      asked: {
        /** The balance to which it had fallen. */
        balance: components['schemas']['Money']
        threshold: components['schemas']['Money']

        /** When these settings took effect. */
        set_at: components['schemas']['Instant']

        /** Who set them. Null for members, and if that is not stored. */
        set_by: string | null

        /** The person's name. Null if it is not known, or the caller may not see it. */
        set_by_name: string | null

        /** The newest consent at that time. Null for members, and if there was none. */
        consent: {
          person: string

          /** The person's name. Null if it is not known, or the caller may not see it. */
          person_name: string | null
          attested_by: string | null
          recorded_at: components['schemas']['Instant']
        } | null
      } | null
    }

    /** Fields that are left out do not restrict the search. */
    MovementSearchInput: {
      /** A complete interaction id or SKU, or the beginning of a destination's name, ignoring case. */
      search?: string

      /** The user of the usage. A reversal belongs to the user of the usage that it reverses. */
      user_id?: string

      /** Only movements of these kinds. */
      kinds?: (
        | 'usage'
        | 'reversal'
        | 'adjustment'
        | 'top_up'
        | 'refund'
        | 'dispute'
        | 'call'
        | 'toll_free'
        | 'sms'
        | 'mms'
        | 'whatsapp'
        | 'conversation_intelligence'
        | 'voice_agent'
        | 'other'
      )[]

      /** Only movements recorded at this instant or later. */
      from?: string | string

      /** Only movements recorded before this instant. */
      to?: string | string

      /** Only movements that add credit (in) or take it (out). */
      direction?: 'in' | 'out'

      /** The next_cursor of the previous page. */
      cursor?: string

      /** Maximum number of items on a page. */
      limit?: number
    }
    MovementUsage: {
      event_id: string

      /** call, toll_free, message, conversation_intelligence, voice_agent, other or correction. */
      type: string
      interaction_id: string
      user_id: string | null
      user_name: string | null

      /** Channel of a message: sms, mms, whatsapp. */
      channel: string | null
      direction: string | null
      sku: string | null
      agent_id: string | null

      /** The event that a correction corrects. */
      corrects: string | null

      /** The quantity used: seconds, fragments or items, depending on the type. */
      quantity: number

      /** The priced quantity, after increments. */
      units: number
      destination: string | null

      /** The called number, as far as the caller may see it. Null once it is cleared. */
      number: string | null
      charge_reason: string
    }
    NewAccountInput: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['CurrencyInput']
      tariff: string

      /** Each package is in force until the next. */
      packages?: {
        /** A package of the catalog, or none. */
        id: string

        /** An RFC 3339 instant, or a date for its midnight in UTC. */
        from: string | string
      }[]

      /** Billing cycles start on this day of every month, or on the last day of a shorter month. */
      billing_cycle_anchor: string

      /** The account's own limit. Null if the package's applies. */
      fair_use_minutes_per_user?: number | null

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      conversation_intelligence?: 'credit' | 'invoice' | 'included'

      /** How usage is paid for: from credit, by invoice, or not at all because the plan includes it. */
      voice_agent?: 'credit' | 'invoice' | 'included'
      contacts?: components['schemas']['WantedContactInput'][]
    }

    /** Distinguished by key; new keys may be added. */
    Notice:
      | {
          key: 'exhausted'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            blocked_since: components['schemas']['Instant']

            /** The amount owed, rounded up to two decimals. Paying more than this unblocks calls. */
            owed: components['schemas']['Money']

            /** Sum of the payments that are not settled. Null if there are none. */
            open_payment: components['schemas']['Money'] | null
          }
        }
      | {
          key: 'exhausted_and_paused'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            blocked_since: components['schemas']['Instant']

            /** The amount owed, rounded up to two decimals. Paying more than this unblocks calls. */
            owed: components['schemas']['Money']

            /** Sum of the payments that are not settled. Null if there are none. */
            open_payment: components['schemas']['Money'] | null

            /** Null if no card is involved, or the caller may not see it. */
            card: { brand: string; last4: string } | null

            /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; new values may be added. Null if the caller may not see it. */
            reason: string | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
            why: string | null

            /** When the pause began; for a declined card, when it was last declined. */
            since: components['schemas']['Instant']

            /** Whether only another payment method ends the pause. */
            needs_another_method: boolean
          }
        }
      | {
          key: 'never_topped_up'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: { has_method: boolean; is_auto_top_up_on: boolean }
        }
      | {
          key: 'approve'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            top_up_id: string
            trigger: 'automatic' | 'manual'
            amount: components['schemas']['Money']
            until: components['schemas']['Instant']
          }
        }
      | {
          key: 'paused'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            /** Null if no card is involved, or the caller may not see it. */
            card: { brand: string; last4: string } | null

            /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; new values may be added. Null if the caller may not see it. */
            reason: string | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
            why: string | null

            /** When the pause began; for a declined card, when it was last declined. */
            since: components['schemas']['Instant']

            /** Whether only another payment method ends the pause. */
            needs_another_method: boolean

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'taken_back'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            reason: 'refunded' | 'disputed'
            amount: components['schemas']['Money']
            paid_at: components['schemas']['Instant']
            since: components['schemas']['Instant']

            /** Whether only another payment method ends the pause. */
            needs_another_method: boolean
          }
        }
      | {
          key: 'expired'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            /** Null if no card is involved, or the caller may not see it. */
            card: { brand: string; last4: string } | null

            /** The last day on which the card can be charged. */
            expires_on: string
          }
        }
      | {
          key: 'expiring'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            /** Null if no card is involved, or the caller may not see it. */
            card: { brand: string; last4: string } | null

            /** The last day on which the card can be charged. */
            expires_on: string
          }
        }
      | {
          key: 'no_method'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: { is_auto_top_up_on: boolean; saved_methods: number }
        }
      | {
          key: 'cap'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            spent: components['schemas']['Money']
            cap: components['schemas']['Money']
            until: components['schemas']['Instant']

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'cap_nearly_used'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: { spent: components['schemas']['Money']; cap: components['schemas']['Money']; percent: number }
        }
      | {
          key: 'day_limit'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            until: components['schemas']['Instant']
            limit: number

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'failed'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            top_up_id: string
            amount: components['schemas']['Money']

            /** Null if no card is involved, or the caller may not see it. */
            card: { brand: string; last4: string } | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
            why: string | null

            /** Null if it is due now. */
            next_try: { number: number; of_tries: number; at: components['schemas']['Instant'] } | null
          }
        }
      | {
          key: 'low'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            level: components['schemas']['Money']

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'custom'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            level: components['schemas']['Money']

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'small'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            amount: components['schemas']['Money']
            average: components['schemas']['Money']

            /** The amount that covers a week. */
            week: components['schemas']['Money']
          }
        }
      | {
          key: 'closed'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: { balance: components['schemas']['Money']; closed_at: components['schemas']['Instant'] }
        }
      | {
          key: 'checking'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: { top_up_id: string; trigger: 'automatic' | 'manual'; amount: components['schemas']['Money'] }
        }
      | {
          key: 'processing'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            /** Sum of all payments in progress. */
            amount: components['schemas']['Money']
            payments: number
          }
        }
      | {
          key: 'off'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']

            /** Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason. */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** When the credit is used up at average usage. Null if days_left is null. */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'added'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page it belongs to, unless it is the banner. */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** Whether it is the banner above all parts of the page: the first of the list. */
          is_banner: boolean
          is_dismissible: boolean

          /** Identifies this occurrence of the notice. A dismissal applies to one occurrence. */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members. */
          actions: (
            | 'add_credit'
            | 'pay_with_another_card'
            | 'approve_payment'
            | 'use_another_card'
            | 'resume'
            | 'change_payment_method'
            | 'add_payment_method'
            | 'raise_cap'
            | 'see_what_used_it'
            | 'set_up_auto_top_up'
            | 'edit_auto_top_up'
          )[]

          /** Names of the admins whom a member can ask to act. */
          ask_admins: string[]
          figures: {
            /** A payment, or money returned by a won dispute or a failed refund. */
            kind: 'top_up' | 'dispute_won' | 'refund_failed'
            amount: components['schemas']['Money']
            balance: components['schemas']['Money']
            at: components['schemas']['Instant']

            /** Null if calls worked before, or do not work yet. */
            calls_work_again_since: components['schemas']['Instant'] | null
          }
        }
    NoticeDismissalInput: {
      key:
        | 'exhausted'
        | 'exhausted_and_paused'
        | 'never_topped_up'
        | 'approve'
        | 'paused'
        | 'taken_back'
        | 'expired'
        | 'expiring'
        | 'no_method'
        | 'cap'
        | 'cap_nearly_used'
        | 'day_limit'
        | 'failed'
        | 'low'
        | 'custom'
        | 'small'
        | 'closed'
        | 'checking'
        | 'processing'
        | 'off'
        | 'added'

      /** The occurrence of the notice, as it was read. */
      occurrence: string
    }
    Notices: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']

      /** Most severe first, without those the caller has dismissed. */
      items: components['schemas']['Notice'][]

      /** The ledger's epoch, which grows with every restore. */
      epoch: number

      /** Version of the newest balance that the notices take into account. */
      balance_version: number
      as_of: components['schemas']['Instant']
    }
    OpenedMethodSetup: {
      setup_id: string

      /** The provider's page, where the card is entered. */
      url: string
      state: 'open'
      expires_at: components['schemas']['Instant']
    }
    PaymentMethod: {
      method_id: string
      provider: string

      /** visa, mastercard, ... Null if the caller may not see it. */
      brand: string | null
      last4: string | null
      expiry_month: number
      expiry_year: number

      /** Whether automatic top-ups charge it. */
      is_default: boolean
    }
    PaymentMethods: { items: components['schemas']['PaymentMethod'][] }
    PeriodSummary: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      from: components['schemas']['Instant']

      /** End of the period. Now, if the period reaches past now. */
      to: components['schemas']['Instant']
      opening: components['schemas']['Money']

      /** Top-ups. */
      added: components['schemas']['Money']

      /** Usage, less the reversals recorded in the period. */
      used: components['schemas']['Money']

      /** Adjustments, refunds and disputes. Positive if they added credit. */
      other: components['schemas']['Money']

      /** opening + added - used + other. */
      closing: components['schemas']['Money']

      /** Sequence of the last movement before the period. 0 if there is none. */
      after_sequence: number

      /** The ledger's epoch, which grows with every restore. */
      epoch: number

      /** Sequence of the newest movement included. 0 if there is none. */
      through_sequence: number
    }
    PortalLink: {
      /** Opens the page once. Whoever opens it acts as this person, so give it only to them. */
      url: string

      /** When the link expires. For the session that it opens, see `readPortalSession`. */
      expires_at: components['schemas']['Instant']

      /** The account's id. */
      account_id: string
      person_id: string
      role: 'admin' | 'member'
      locale: string
    }
    PortalSession: {
      /** The account's id. */
      account_id: string
      person: { id: string; name: string }
      role: 'admin' | 'member'

      /** Locale of the page's words, amounts and dates. */
      locale: string
      opened_at: components['schemas']['Instant']

      /** When the session ends without further requests. Each request extends it; accurate to the minute. */
      expires_at: components['schemas']['Instant']

      /** When the session ends in any case. */
      ends_at: components['schemas']['Instant']

      /** The product that the page is part of. */
      product: string

      /** Who a consent allows to charge. */
      seller: string

      /** Where people return to. */
      dashboard_url: string
      brand_color: string

      /** Whether it is a sandbox, in which no real money moves. */
      is_sandbox: boolean
    }

    /** A problem document (RFC 9457). */
    Problem: {
      /** The kind of problem, for programs. Stable. */
      type: string
      title: string
      status: number

      /** What is wrong and what to do, for people. */
      detail: string

      /** Identifies the request, for support. */
      request_id: string

      /** Whether the same request may succeed later. */
      retryable: boolean
      errors?: {
        /** JSON pointer to the value, e.g. /body/amount or /query/limit. */
        path: string
        code: string
        detail: string

        /** The bound that the value violates. */
        limit?: string
      }[]

      /** The first faults of the files that were sent. */
      faults?: {
        file: string

        /** Line number, from 1. Null if the fault concerns the file as a whole. */
        line: number | null
        reason: string
      }[]

      /** Number of faults in the files. */
      fault_count?: number

      /** The current version, if it was changed in the meantime. */
      current?: {
        etag: string
        changed_by: string | null

        /** Their display name, otherwise their name when they last opened the billing page. Null if neither is known, as for services. */
        changed_by_name: string | null
        changed_at: components['schemas']['Instant']
      }
    }
    PublishedCatalog: {
      version: number
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
    }

    /** An event with the sequence of its movement, which is null if it made none. */
    RelatedEvent: { event_id: string; sequence: number | null; occurred_at: components['schemas']['Instant'] }
    RemovedMethod: {
      method_id: string

      /** Whether automatic top-up charged this card and is now turned off. */
      auto_top_up_turned_off: boolean
    }
    ReplayRequestInput: {
      reason?: string | null
      account_id?: string | null
      topic?: string | null
      since?: (string | string) | null

      /** Replay all, whatever their reason, account, topic and time. */
      all?: boolean

      /** Include those replayed before. */
      again?: boolean
      max_letters?: number

      /** The next_cursor of the previous replay. */
      cursor?: string | null
    }
    Replayed: {
      replayed: number

      /** How many were not reached. Continue with next_cursor. */
      left: number

      /** Cursor for the next request. Null if all were reached. */
      next_cursor: string | null
      failed_count: number

      /** The first 200 dead letters that cannot be replayed. */
      failed: { topic: string; partition: number; offset: number; reason: string }[]

      /** How many with reason content_differs were left out. They would only conflict again, so they are replayed only if that reason is requested. */
      conflicts_left_out: number
    }

    /** The top-up as it was when it was requested. */
    RequestedTopUp: {
      top_up_id: string

      /** The account's id. */
      account_id: string
      trigger: 'manual'
      state: 'requested'
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string
      requested_at: components['schemas']['Instant']
    }
    RollBackInput: {
      /** Why it is rolled back. If null, the comment says which version it restores. */
      comment?: string | null

      /** From when it prices usage. Null for from now on. */
      in_force_from?: (string | string) | null
    }
    SavedAutoTopUp: {
      /** The account's id. */
      account_id: string
      settings: components['schemas']['AutoTopUpSettings']

      /** Whether it ended a pause. */
      is_resumed: boolean

      /** Whether the balance is below the threshold, so a top-up was requested at once. */
      is_top_up_due: boolean
    }
    ScopeInput:
      | 'read'
      | 'write'
      | 'pay'
      | 'export'
      | 'portal_sessions'
      | 'accounts'
      | 'adjust'
      | 'catalogs'
      | 'dead_letters'
      | 'api_keys'
    ServiceStatus: {
      /** The account's id. */
      account_id: string

      /** The ledger's epoch, which grows with every restore. Order by (epoch, version). */
      epoch: number

      /** Version of the status. 0 if it was never announced. */
      version: number
      status: 'active' | 'blocked'

      /** outbound_calls, inbound_toll_free; new values may be added. Empty while active. */
      blocked: string[]
      reason: 'credit_exhausted' | 'credit_available'
      since: components['schemas']['Instant']
    }
    TopUp: {
      top_up_id: string

      /** The account's id. */
      account_id: string
      trigger: 'automatic' | 'manual'
      state:
        | 'requested'
        | 'prepared'
        | 'charging'
        | 'unknown'
        | 'processing'
        | 'needs_action'
        | 'succeeded'
        | 'failed'
        | 'canceled'
        | 'skipped'
        | 'no_longer_needed'

      /** Whether it ends as soon as the provider has canceled its payment. */
      is_being_canceled: boolean

      /** Why it is in this state: monthly_cap, turned_off, by_hand, ... Null if `state` or `why` already says so. */
      reason: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
      why: string | null
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string | null

      /** Null if it is automatic, or the caller may not see it. */
      requested_by: string | null
      requested_at: components['schemas']['Instant']
      updated_at: components['schemas']['Instant']

      /** When it is next processed. Null once it is over. */
      next_try_at: components['schemas']['Instant'] | null

      /** Until when the customer can approve the payment. Set while it needs approval. */
      action_until: components['schemas']['Instant'] | null
    }
    TopUpAttempt: {
      number: number
      amount: components['schemas']['Money']
      method_id: string | null
      brand: string | null
      last4: string | null
      prepared_at: components['schemas']['Instant']
      confirmed_at: components['schemas']['Instant'] | null

      /** unknown, processing, needs_action, succeeded, declined, canceled, refused. Null if it is prepared, or confirmed but not answered yet. */
      outcome: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
      why: string | null

      /** The code of the bank or the provider. Only for services and operators. */
      code: string | null
      provider: string

      /** The provider's id of the payment. Null if the caller may not see it. */
      payment_id: string | null
    }
    TopUpDetails: {
      top_up_id: string

      /** The account's id. */
      account_id: string
      trigger: 'automatic' | 'manual'
      state:
        | 'requested'
        | 'prepared'
        | 'charging'
        | 'unknown'
        | 'processing'
        | 'needs_action'
        | 'succeeded'
        | 'failed'
        | 'canceled'
        | 'skipped'
        | 'no_longer_needed'

      /** Whether it ends as soon as the provider has canceled its payment. */
      is_being_canceled: boolean

      /** Why it is in this state: monthly_cap, turned_off, by_hand, ... Null if `state` or `why` already says so. */
      reason: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; new values may be added. Null if it was not declined, or the caller may not see why. */
      why: string | null
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string | null

      /** Null if it is automatic, or the caller may not see it. */
      requested_by: string | null
      requested_at: components['schemas']['Instant']
      updated_at: components['schemas']['Instant']

      /** When it is next processed. Null once it is over. */
      next_try_at: components['schemas']['Instant'] | null

      /** Until when the customer can approve the payment. Set while it needs approval. */
      action_until: components['schemas']['Instant'] | null

      /** Attempts to pay it, in order. */
      attempts: components['schemas']['TopUpAttempt'][]

      /** The credit it added, and what was refunded or disputed of it. */
      movements: components['schemas']['TopUpMovement'][]
    }
    TopUpMovement: {
      sequence: number

      /** top_up, refund or dispute. */
      kind: string
      amount: components['schemas']['Money']
      balance_after: components['schemas']['Money']
      reverses_sequence: number | null
      recorded_at: components['schemas']['Instant']
    }
    TopUpQuote: {
      amount: components['schemas']['Money']
      balance_after: components['schemas']['Money']

      /** Whether calls stay blocked, because it pays no more than is owed. */
      is_blocked_after: boolean

      /** Whole average days that it lasts after paying what is owed. Null without an average, or if nothing is left. */
      days: number | null

      /** Whether automatic top-up charges the same amount. */
      is_automatic_amount: boolean
    }
    TopUpQuotes: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** The amount owed, rounded up to two decimals. Paying more than this unblocks calls. 0 if nothing is owed. */
      owed: components['schemas']['Money']

      /** Minimum amount of a payment. */
      min: components['schemas']['Money']
      max: components['schemas']['Money']

      /** Quote for the requested amount. Null if none was requested. */
      quote: components['schemas']['TopUpQuote'] | null

      /** Up to three amounts, ascending: that of automatic top-up, and those for 7 and 30 days. Each is more than what is owed. */
      suggested: components['schemas']['TopUpQuote'][]
    }
    UsageForecast: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** In UTC. */
      today: string

      /** Number of whole UTC days considered: those after the day of the first usage and before today, at most 14. */
      days: number

      /** Average usage per day on those days, less its reversals. Null for the reason in no_average_reason. */
      average: components['schemas']['Money'] | null

      /** not_enough_usage: fewer than 3 days. no_usage: no usage on those days. */
      no_average_reason: ('not_enough_usage' | 'no_usage') | null

      /** How many days the balance lasts at average usage, rounded down. 0 means less than a day. Null for the reason in no_days_left_reason. */
      days_left: number | null
      no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

      /** Days until the balance falls below the threshold of automatic top-up, rounded down. Null if nothing would be charged then, if it is already below, without an average, and beyond 90 days. */
      days_to_top_up: number | null

      /** Usage since midnight UTC. */
      used_today: components['schemas']['Money']

      /** Median of the days considered that had usage. Null if there is no average. */
      usual_day: components['schemas']['Money'] | null

      /** Whether usage today is at least three times that of a usual day. */
      is_unusual: boolean

      /** The amount owed, rounded up to two decimals. Paying more than this unblocks calls. 0 if nothing is owed. */
      owed: components['schemas']['Money']

      /** Threshold for automatic top-up: 14 average days, rounded up to a multiple of 5. Null if there is no average. */
      suggested_threshold: components['schemas']['Money'] | null

      /** Amounts that pay what is owed and then last this many average days: 7 and 30, or fewer at the maximum payment. Rounded up to a multiple of 5. */
      suggested_amounts: { amount: components['schemas']['Money']; days: number }[]

      /** The ledger's epoch, which grows with every restore. */
      epoch: number

      /** Sequence of the newest movement included. 0 if there is none. */
      through_sequence: number
    }
    UsageItem: {
      /** The date, kind, user or destination. Null for usage without a user or a destination. */
      id: string | null

      /** The user's display name, if there is one. */
      name: string | null

      /** Usage less its reversals. Positive if credit was used. */
      used: components['schemas']['Money']

      /** How much of this usage corrections have reversed, whenever they did. */
      reversed: components['schemas']['Money']

      /** Number of movements of usage, including those that were reversed. */
      movements: number

      /** Billed seconds, fragments or items, less reversed ones. Null if it may mix kinds of usage. */
      units: number | null
    }
    UsageSummary: {
      /** The account's id. */
      account_id: string
      currency: components['schemas']['Currency']
      by: 'day' | 'kind' | 'user' | 'destination'
      from: string
      to: string
      items: components['schemas']['UsageItem'][]

      /** Everything that is not in the items. */
      other: {
        count: number

        /** Usage less its reversals. Positive if credit was used. */
        used: components['schemas']['Money']

        /** How much of this usage corrections have reversed, whenever they did. */
        reversed: components['schemas']['Money']

        /** Number of movements of usage, including those that were reversed. */
        movements: number

        /** Billed seconds, fragments or items, less reversed ones. Null if it may mix kinds of usage. */
        units: number | null
      }
      total: {
        /** Usage less its reversals. Positive if credit was used. */
        used: components['schemas']['Money']

        /** How much of this usage corrections have reversed, whenever they did. */
        reversed: components['schemas']['Money']

        /** Number of movements of usage, including those that were reversed. */
        movements: number

        /** Billed seconds, fragments or items, less reversed ones. Null if it may mix kinds of usage. */
        units: number | null
      }

      /** The ledger's epoch, which grows with every restore. */
      epoch: number

      /** Sequence of the newest movement included. 0 if there is none. */
      through_sequence: number
    }
    User: { user_id: string; name: string; updated_at: components['schemas']['Instant'] }
    WantedAdjustmentInput: {
      /** In the currency of the account. Positive to add credit, negative to take it. */
      amount: string

      /** The reason, for the statement. */
      reason: string
    }
    WantedAlertLevelsInput: {
      /** Null for the default of 10 units of the currency. */
      low: string | null

      /** Null for none. */
      custom: string | null
    }
    WantedApiKeyInput: {
      /** What the key is for. It is recorded for what the key changes. */
      name: string
      scopes: components['schemas']['ScopeInput'][]

      /** The accounts that the key may see. Null for all accounts and the installation. */
      account_ids: string[] | null
    }
    WantedApprovalInput: {
      /** Where the customer returns to: a URL of the API’s own origin, or of one configured for it. */
      return_url: string
    }
    WantedAutoTopUpInput: {
      is_on: boolean
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']

      /** Null for no cap. */
      monthly_cap: components['schemas']['MoneyInput'] | null

      /** Required for changes that could charge more than before. */
      consent: components['schemas']['GivenConsentInput'] | null
    }
    WantedContactInput: {
      /** Unique within the account. */
      id: string
      email: string
      locale?: string
      role: 'admin' | 'billing'
    }
    WantedDefaultMethodInput: {
      /** Required while automatic top-up is on. */
      consent: components['schemas']['GivenConsentInput'] | null
    }
    WantedExportInput: {
      /** Only movements recorded at this instant or later. */
      from: string | string

      /** Only movements recorded before this instant. A future instant stands for now. */
      to: string | string

      /** IANA name of the time zone in which the period was chosen. The mail about the export states the period in it. */
      time_zone?: string
    }
    WantedMethodSetupInput: {
      /** Where the customer returns to: a URL of the API’s own origin, or of one configured for it. */
      return_url: string

      /** Whether automatic top-ups charge the card from then on. */
      make_default: boolean

      /** Required if the card is to become the default of an account whose automatic top-up is on. */
      consent: components['schemas']['GivenConsentForNewMethodInput'] | null
    }
    WantedPortalSessionInput: {
      /** The account's id. */
      account_id: string
      person: {
        /** The person's id in your dashboard. It is recorded for what they do, so it must never be given to somebody else. */
        id: string

        /** Their name on the page. */
        name: string
      }

      /** admin may change settings and pay; member sees the account without cards and full numbers. */
      role: 'admin' | 'member'

      /** Locale of the page. Defaults to that of the contact with the person's id, otherwise to the installation's. */
      locale?: string

      /** What the page opens with: `export` opens it with the newest export, as mails about exports do. */
      open?: 'export'
    }
    WantedRotationInput: {
      /** How long the previous secret stays valid. 0 ends it at once. */
      overlap_seconds: number
    }
    WantedTopUpInput: {
      amount: components['schemas']['MoneyInput']

      /** Null for the default payment method. */
      method_id: string | null
    }
  }
}
