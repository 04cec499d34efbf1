/**
 * Every route of the API as types, for `createApiClient`. Made from the OpenAPI document by `npm run api:types`, never by
 * hand: a test fails while they differ.
 */
export interface paths {
  '/v1/accounts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    /** Accounts, by id */
    get: {
      parameters: {
        query?: {
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number
          status?: 'active' | 'blocked'
          currency?: components['schemas']['CurrencyInput']

          /** Only those that are closed, or are not */
          closed?: 'true' | 'false'

          /** Only ids that begin with it */
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

              /** Of the next page; null: this was the last */
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
    /** An account: plan and contacts */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** The ETag of what you have seen; * to change it whatever it is by now */
          'if-match'?: string
        }
        path: {
          /** The account */
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
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
          'idempotency-key': string
        }
        path: {
          /** The account */
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
    /** Balances at which it is alerted */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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

    /** Set the balances at which it is alerted */
    put: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of what you have seen; * to change it whatever it is by now */
          'if-match'?: string
        }
        path: {
          /** The account */
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
    /** How automatic top-up stands */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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

    /** Set automatic top-up up, change it, resume it or turn it off */
    put: {
      parameters: {
        query?: never
        header?: {
          /** The ETag of what you have seen; * to change it whatever it is by now */
          'if-match'?: string

          /** The same key and content again gets the first answer, whatever was changed since */
          'idempotency-key'?: string
        }
        path: {
          /** The account */
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
    /** What would be charged at once, if automatic top-up were saved like this */
    get: {
      parameters: {
        query?: {
          threshold?: components['schemas']['MoneyInput']
          amount?: components['schemas']['MoneyInput']
          monthly_cap?: components['schemas']['MoneyInput']
        }
        header?: never
        path: {
          /** The account */
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
    /** Balance, and what is blocked */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** From this UTC date on; without it, as many days as `days` says */
          from?: string

          /** Before this UTC date; without it today is the last */
          to?: string

          /** How many days, where `from` is not given */
          days?: number

          /** From point to point; by the hour, a period is at most 15 days */
          step?: 'hour' | 'day'
        }
        header?: never
        path: {
          /** The account */
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
          /** The account */
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
          /** The account */
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
          /** The ETag of what you have seen; * to change it whatever it is by now */
          'if-match'?: string
        }
        path: {
          /** The account */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number
        }
        header?: never
        path: {
          /** The account */
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

              /** Of the next page; null: this was the last */
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

    /** Ask for a file of all movements of a period */
    post: {
      parameters: {
        query?: never
        header: {
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
          'idempotency-key': string
        }
        path: {
          /** The account */
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
    /** An export: how far it is, and how its period adds up */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
    /** The file of an export that is ready */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number
        }
        header?: never
        path: {
          /** The account */
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
    /** Balance, top-ups, notices and settings as they change */
    get: {
      parameters: {
        query?: never
        header?: {
          /** The `id` of the last event that was received; what cannot be read counts as none */
          'last-event-id'?: string
        }
        path: {
          /** The account */
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

    /** Movements found by text, user, kind, period and direction, newest first, and how many there are */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number

          /** Of these kinds; may be given more than once */
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

          /** Recorded at this instant or later */
          from?: string | string

          /** Recorded before this instant */
          to?: string | string

          /** in adds credit, out takes it */
          direction?: 'in' | 'out'
        }
        header?: never
        path: {
          /** The account */
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

              /** Of the next page; null: this was the last */
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
    /** A movement, and why it is what it is */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
    /** What the people of an account have to know */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** The account */
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

    /** Begin a visit to the provider's page, where a card is typed in */
    post: {
      parameters: {
        query?: never
        header: {
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
          'idempotency-key': string
        }
        path: {
          /** The account */
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
    /** What came of a visit to the provider’s page */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
    /** Saved cards, the oldest first */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** The account */
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

    /** Charge this card from now on */
    put: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** Recorded at this instant or later; without it, from the beginning of the UTC month that the end is in */
          from?: string | string

          /** Recorded before this instant; a period that reaches past now, or says nothing, ends now */
          to?: string | string
        }
        header?: never
        path: {
          /** The account */
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
          /** The account */
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
    /** What adding credit would bring */
    get: {
      parameters: {
        query?: { amount?: components['schemas']['MoneyInput'] }
        header?: never
        path: {
          /** The account */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number

          /** true: those that are not over yet */
          open?: 'true' | 'false'
          trigger?: 'automatic' | 'manual'

          /** In these states; may be given more than once */
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
          /** The account */
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

              /** Of the next page; null: this was the last */
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
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
          'idempotency-key': string
        }
        path: {
          /** The account */
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
    /** One top-up, its attempts, and what it moved */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** The account */
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

    /** Cancel a top-up that waits, or needs approval */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** From this UTC date on; without it, as many days as `days` says */
          from?: string

          /** Before this UTC date; without it today is the last */
          to?: string

          /** How many days, where `from` is not given */
          days?: number

          /** What usage is summed by */
          by?: 'day' | 'kind' | 'user' | 'destination'

          /** How many items there are at the most, the rest being `other`; days are always all there */
          limit?: number
        }
        header?: never
        path: {
          /** The account */
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
    /** How long credit lasts, and what to set and add */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number
        }
        header?: never
        path: {
          /** The account */
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

              /** Of the next page; null: this was the last */
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

    /** Name a user */
    put: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
          account_id: string

          /** As usage events name the user */
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

    /** Erase a user's name */
    delete: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The account */
          account_id: string

          /** As usage events name the user */
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
    /** Keys, newest first, revoked ones too */
    get: {
      parameters: {
        query?: {
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
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

              /** Of the next page; null: this was the last */
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

    /** Make a key */
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
    /** One key */
    get: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key */
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

    /** Revoke a key */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key */
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

    /** Give a key another secret */
    post: {
      parameters: {
        query?: never
        header?: never
        path: {
          /** The key */
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

    /** Look for faults in a catalog; nothing is stored */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
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

              /** Of the next page; null: this was the last */
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
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
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

    /** Publish an earlier version again, as a new one */
    post: {
      parameters: {
        query?: never
        header: {
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
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
          /** What next_cursor of the page before said */
          cursor?: string

          /** How many items a page has at the most */
          limit?: number
          reason?: string

          /** The account */
          account_id?: string
          topic?: string

          /** Noted at this instant or later */
          since?: string | string

          /** true: those replayed before; false: those never replayed; without it all */
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

              /** Of the next page; null: this was the last */
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
          /** Chosen by you, at random, for each thing that you want done once. The same key again gets the first answer, for 30 days */
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
    /** How many there are of each reason, most first */
    get: {
      parameters: {
        query?: {
          reason?: string

          /** The account */
          account_id?: string
          topic?: string

          /** Noted at this instant or later */
          since?: string | string

          /** true: those replayed before; false: those never replayed; without it all */
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
    /** Whose session it is */
    get: {
      parameters: {
        query: {
          /** A browser has a session for each account whose page it has open */
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
          /** A browser has a session for each account whose page it has open */
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

    /** End the sessions of a person */
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
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      tariff: string

      /** In the order they take force, each in force until the next */
      packages: {
        /** none: no package */
        id: string

        /** As the catalog in force has it; null: it has none */
        name: string | null
        from: components['schemas']['Instant']
      }[]
      billing_cycle_anchor: string

      /** The account's own; null: the package's */
      fair_use_minutes_per_user: number | null

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      conversation_intelligence: 'credit' | 'invoice' | 'included'

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      voice_agent: 'credit' | 'invoice' | 'included'
      contacts: components['schemas']['Contact'][]
      created_at: components['schemas']['Instant']
      closed_at: components['schemas']['Instant'] | null
    }
    AccountInList: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']
      status: 'active' | 'blocked'
      status_since: components['schemas']['Instant']
      created_at: components['schemas']['Instant']
      closed_at: components['schemas']['Instant'] | null
    }
    Adjustment: {
      /** The account */
      account_id: string

      /** Of its movement */
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
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']

      /** The level in force: the own one, else the default */
      low: components['schemas']['Money']

      /** Null: the default */
      own_low: components['schemas']['Money'] | null

      /** The customer's own level beside it; null: none */
      custom: components['schemas']['Money'] | null
    }
    ApiKey: {
      /** Part of its token, and no secret */
      key_id: string
      name: string
      scopes: string[]

      /** Null: all accounts, and the installation */
      account_ids: string[] | null
      created_at: components['schemas']['Instant']
      created_by: string

      /** To the minute; null: never */
      last_used_at: components['schemas']['Instant'] | null

      /** When it got its newest secret; null: it has its first one */
      rotated_at: components['schemas']['Instant'] | null
      rotated_by: string | null

      /** Until when the secret before the newest is valid as well; null: it is not */
      earlier_secret_expires_at: components['schemas']['Instant'] | null
      revoked_at: components['schemas']['Instant'] | null
      revoked_by: string | null
    }
    ApiKeyWithToken: {
      /** Part of its token, and no secret */
      key_id: string
      name: string
      scopes: string[]

      /** Null: all accounts, and the installation */
      account_ids: string[] | null
      created_at: components['schemas']['Instant']
      created_by: string

      /** To the minute; null: never */
      last_used_at: components['schemas']['Instant'] | null

      /** When it got its newest secret; null: it has its first one */
      rotated_at: components['schemas']['Instant'] | null
      rotated_by: string | null

      /** Until when the secret before the newest is valid as well; null: it is not */
      earlier_secret_expires_at: components['schemas']['Instant'] | null
      revoked_at: components['schemas']['Instant'] | null
      revoked_by: string | null

      /** For Authorization: Bearer. Shown this once */
      token: string
    }

    /** Amount = (fee, where charged) + price x billed seconds / 60, or x units */
    AppliedPrice: {
      per_minute: components['schemas']['Money'] | null

      /** Of a fragment or an item */
      per_unit: components['schemas']['Money'] | null

      /** As the rate has it; null: of no call */
      connection_fee: components['schemas']['Money'] | null

      /** Not where the package covered the first minutes of the call */
      is_connection_fee_charged: boolean
      first_increment_seconds: number | null
      next_increment_seconds: number | null

      /** Without covered minutes, before increments */
      priced_seconds: number | null

      /** After increments */
      billed_seconds: number | null

      /** Fragments or items */
      units: number | null

      /** What it comes to before it is rounded, above zero: up to 12 decimals */
      unrounded: string

      /** False: its digits never end, and were cut after the twelfth decimal */
      is_unrounded_exact: boolean
    }
    Approval: {
      /** The bank's page, where the customer approves the payment */
      url: string
    }
    AutoTopUp: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      state: 'on' | 'waiting' | 'paused' | 'needs_approval' | 'off'

      /** Null: never set up */
      settings: components['schemas']['AutoTopUpSettings'] | null
      pause: {
        /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; there may be more one day. Null: not for the caller to see */
        reason: string | null

        /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
        why: string | null

        /** The bank's or the provider's; for services and operators */
        code: string | null
        since: components['schemas']['Instant']
      } | null

      /** monthly_cap, day_limit, or next_try after a decline */
      waits_for: string | null
      waits_until: components['schemas']['Instant'] | null

      /** In this UTC month, or yet may be: what the cap is compared with */
      charged_this_month: components['schemas']['Money']

      /** The automatic top-up that is not over yet */
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

        /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
        why: string | null
        next_try_at: components['schemas']['Instant']
      } | null

      /** What is charged: the default payment method */
      method: {
        method_id: string

        /** visa, mastercard, ...; null: not for the caller to see */
        brand: string | null
        last4: string | null
        expiry_month: number
        expiry_year: number
      } | null

      /** Only another payment method ends the pause */
      needs_another_method: boolean
      bounds: {
        threshold: { min: components['schemas']['Money']; max: components['schemas']['Money'] }
        amount: { min: components['schemas']['Money']; max: components['schemas']['Money'] }
      }
      last_consent: { person: string | null; at: components['schemas']['Instant'] } | null
    }
    AutoTopUpQuote: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']

      /** How many payments of the amount would be charged at once */
      charges: number

      /** Of all of them */
      total: components['schemas']['Money']
      balance_after: components['schemas']['Money']

      /** What keeps it from reaching the threshold at once; null: nothing does */
      limit: ('monthly_cap' | 'day_limit' | 'manual_payment') | null

      /** When the limit allows the next charge */
      until: components['schemas']['Instant'] | null

      /** Average usage a day; null: nobody can say */
      average: components['schemas']['Money'] | null
      is_amount_below_a_day: boolean
      is_threshold_below_a_day: boolean

      /** The rest of this month’s cap is under one top-up */
      is_cap_used_up: boolean

      /** By usage, else what suits most */
      suggested_threshold: components['schemas']['Money']
      suggested_amount: components['schemas']['Money']
    }
    AutoTopUpSettings: {
      is_on: boolean

      /** Charged while the balance is below it */
      threshold: components['schemas']['Money']

      /** What each automatic top-up charges */
      amount: components['schemas']['Money']

      /** The most charged in a month, UTC; null: no cap */
      monthly_cap: components['schemas']['Money'] | null
    }
    Balance: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** Of the ledger; it grows with every restore. Order by (epoch, version) */
      epoch: number

      /** Grows by one with every change of the balance */
      version: number

      /** Of the newest movement; 0 before the first */
      last_sequence: number
      status: 'active' | 'blocked'

      /** outbound_calls, inbound_toll_free; there may be more one day. Empty while active */
      blocked: string[]
      status_since: components['schemas']['Instant']
    }
    BalanceHistory: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      from: string
      to: string
      step: 'hour' | 'day'
      opening: components['schemas']['Money']

      /** Of this moment, where the period reaches past it */
      closing: components['schemas']['Money']

      /** From opening to closing, the end of a step each; the last is of now where the period reaches past it */
      points: { at: components['schemas']['Instant']; balance: components['schemas']['Money'] }[]

      /** Those that have begun, also where nothing moved */
      days: {
        /** In UTC */
        date: string

        /** Top-ups */
        added: components['schemas']['Money']

        /** Usage, less the reversals recorded on the day */
        used: components['schemas']['Money']

        /** Adjustments, refunds and disputes; above zero where they added credit */
        other: components['schemas']['Money']

        /** That of the day before + added - used + other */
        closing: components['schemas']['Money']
      }[]
      top_ups: {
        count: number

        /** What they come to */
        added: components['schemas']['Money']

        /** In their order; of more than 500 the newest */
        items: {
          at: components['schemas']['Instant']
          amount: components['schemas']['Money']
          balance_before: components['schemas']['Money']
          balance_after: components['schemas']['Money']

          /** Null: of a payment that is not known here */
          trigger: ('automatic' | 'manual') | null
        }[]
      }

      /** Of the ledger; it grows with every restore */
      epoch: number

      /** Sequence of the newest movement that is in it; 0: there is none */
      through_sequence: number
    }
    CatalogToCheckInput: {
      /** catalog.yaml and every file that it names: text by file name */
      files: Record<string, string>
    }
    CatalogToPublishInput: {
      /** catalog.yaml and every file that it names: text by file name */
      files: Record<string, string>

      /** What changed */
      comment: string

      /** From when it prices usage; null: from now on */
      in_force_from?: (string | string) | null
    }
    CatalogVersion: {
      version: number
      status: 'in_force' | 'to_come' | 'past'
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
      author: string
      comment: string

      /** Of its files: the same for the same content */
      content_hash: string
    }
    CatalogWithFiles: {
      version: number
      status: 'in_force' | 'to_come' | 'past'
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
      author: string
      comment: string

      /** Of its files: the same for the same content */
      content_hash: string
      files: Record<string, string>
    }
    ChangedPlanInput: {
      tariff?: string

      /** Each in force until the next one */
      packages?: {
        /** A package of the catalog, or none */
        id: string

        /** An RFC 3339 instant, or a date for its midnight in UTC */
        from: string | string
      }[]

      /** Billing cycles start on this day of every month, or on the month's last day if it is shorter */
      billing_cycle_anchor?: string

      /** The account's own limit; null: the package's */
      fair_use_minutes_per_user?: number | null

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      conversation_intelligence?: 'credit' | 'invoice' | 'included'

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      voice_agent?: 'credit' | 'invoice' | 'included'
    }
    Charge: {
      /** charged, reversed, ... */
      outcome: string

      /** Which rule decided; there may be more one day */
      reason: string
      tariff: string

      /** Null where none was needed, as for a correction */
      catalog_version: number | null
      settings_version: number

      /** As used: seconds, fragments or items */
      quantity: number

      /** As priced */
      units: number

      /** Above zero takes credit, below zero gives it back */
      amount: components['schemas']['Money']
      deck: string | null
      prefix: string | null
      destination: string | null
      destination_country: string | null
      destination_type: string | null
      caller_country: string | null

      /** In force at the call; null: none, or no call */
      package: {
        id: string
        name: string | null
        region: string | null

        /** Where callers have to be from */
        region_countries: string[]

        /** Where calls are covered to */
        countries: string[]
      } | null

      /** Null where it was held against no minutes */
      fair_use: {
        /** Null: no limit */
        limit_minutes: number | null
        is_own_limit: boolean

        /** Before it; null: no limit */
        minutes_left: number | null

        /** Below zero where they are given back */
        covered_minutes: number
        cycle_start: string

        /** First day of the next cycle */
        cycle_end: string
      } | null

      /** Null where nothing was priced */
      price: components['schemas']['AppliedPrice'] | null
      rounding: {
        /** Digits after the point */
        scale: number
        mode: 'half_up' | 'half_even' | 'up' | 'down'
      } | null

      /** Whether deciding it again gives the same; null where too little is kept to decide again */
      is_reproduced: boolean | null
    }
    CheckedCatalog: {
      content_hash: string

      /** What is suspicious and no fault; the first 200 */
      warnings: { file: string; line: number | null; reason: string }[]
      warning_count: number
    }
    ChosenMethod: {
      method_id: string
      is_default: boolean

      /** A pause that came of declines has ended by it */
      is_resumed: boolean
    }
    ClosedAccount: {
      /** The account */
      account_id: string
      closed_at: components['schemas']['Instant']
    }
    Contact: {
      id: string

      /** admin: everything, approvals too; billing: the rest */
      role: 'admin' | 'billing'

      /** Null where the caller may not see it */
      email: string | null

      /** The language of the mail, as in de-DE */
      locale: string
    }
    Contacts: {
      /** The account */
      account_id: string
      contacts: components['schemas']['Contact'][]
    }

    /** ISO 4217 */
    Currency: 'EUR' | 'USD'

    /** ISO 4217 */
    CurrencyInput: 'EUR' | 'USD'
    DeadLetter: {
      topic: string
      partition: number
      offset: number
      recorded_at: components['schemas']['Instant']

      /** invalid_event, invalid_number, unknown_account, no_rate, already_corrected, too_late, content_differs */
      reason: string
      detail: string

      /** As the message says it; null: unreadable */
      account_id: string | null

      /** As the message says it; null: unreadable */
      event_id: string | null
      size_bytes: number | null

      /** Whether it can be replayed */
      value_kept: boolean

      /** How often it was replayed */
      replays: number
      replayed_at: components['schemas']['Instant'] | null
    }
    DeadLetterReason: {
      reason: string
      count: number

      /** Of them, those that can be replayed */
      value_kept_count: number
      newest_recorded_at: components['schemas']['Instant']
    }
    EndedPersonInput: {
      /** The account */
      account_id: string

      /** As your dashboard knows them, for good: it is on record for what they do */
      person_id: string
    }
    EndedSessions: {
      /** How many there were, links that were not opened among them */
      ended: number
    }
    ExplainedMovement: {
      /** 1, 2, 3, ... without a gap, by account */
      sequence: number

      /** usage, reversal, adjustment, top_up, refund, dispute; there may be more one day */
      kind: string

      /** Above zero adds credit, below zero takes it */
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
      /** Of usage and reversals; null where it is not kept any more */
      charge: components['schemas']['Charge'] | null

      /** Of a reversal: what it takes back */
      corrects: components['schemas']['RelatedEvent'] | null

      /** Of usage that was taken back since */
      corrected_by: components['schemas']['RelatedEvent'] | null

      /** Of top-ups, refunds and disputes */
      payment: components['schemas']['MovementPayment'] | null
    }
    Export: {
      export_id: string

      /** The account */
      account_id: string
      state: 'preparing' | 'ready' | 'failed' | 'expired'
      from: components['schemas']['Instant']

      /** The end of the period; now, as it was when asked for, where it reached past that */
      to: components['schemas']['Instant']
      currency: components['schemas']['Currency']

      /** How many rows the file has */
      rows: number

      /** Of them, those that are made */
      rows_done: number

      /** The last movement before the period; 0: none */
      after_sequence: number

      /** The last that is in it or before */
      through_sequence: number

      /** Null before all rows are made */
      summary: components['schemas']['ExportSummary'] | null

      /** Size of the file; null before all rows are made */
      file_bytes: number | null
      requested_at: components['schemas']['Instant']
      requested_by: string
      time_zone: string

      /** When it became ready or failed */
      concluded_at: components['schemas']['Instant'] | null

      /** 7 days from when it was ready */
      download_until: components['schemas']['Instant'] | null

      /** Of what failed: for support. Ask for another */
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

    /** Of the rows of the file: opening + added - used + other = closing */
    ExportSummary: {
      opening: components['schemas']['Money']
      added: components['schemas']['Money']
      used: components['schemas']['Money']
      other: components['schemas']['Money']
      closing: components['schemas']['Money']
    }
    FairUse: {
      items: components['schemas']['FairUseOfUser'][]

      /** Of the next page; null: this was the last */
      next_cursor: string | null

      /** The one in force now; null: none, and nothing is covered */
      package: { id: string; name: string | null } | null

      /** For each user and cycle; null: no limit, or no package */
      limit_minutes: number | null

      /** Whether it is the account's own, and not the package's */
      is_own_limit: boolean

      /** First day of the billing cycle, UTC */
      cycle_start: string

      /** First day of the next one */
      cycle_end: string
    }
    FairUseOfUser: {
      user_id: string
      user_name: string | null

      /** That the package has covered in this cycle */
      minutes_used: number

      /** Null: no limit, or no package */
      minutes_left: number | null
    }
    FoundMovements: {
      items: components['schemas']['Movement'][]

      /** Of the next page; null: this was the last */
      next_cursor: string | null

      /** How many movements are found on all pages, at most 1000 */
      count: number

      /** There are more than count */
      is_more: boolean
    }

    /** A consent for the method to come, which has no id yet */
    GivenConsentForNewMethodInput: {
      /** Who agreed. By a person’s own token or session absent, or that person; else needed */
      person?: string

      /** The text that was agreed to, as it was shown */
      text: string
      text_version: string
      locale: string
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']
      monthly_cap: components['schemas']['MoneyInput'] | null
    }

    /** Who agreed to be charged, to which text and which figures */
    GivenConsentInput: {
      /** Who agreed. By a person’s own token or session absent, or that person; else needed */
      person?: string

      /** The text that was agreed to, as it was shown */
      text: string
      text_version: string
      locale: string
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']
      monthly_cap: components['schemas']['MoneyInput'] | null

      /** The method that may be charged */
      method_id: string | null
    }

    /** RFC 3339, UTC, microseconds */
    Instant: string

    /** The last event of a stream that the server ends */
    LiveEnd: {
      /** stopping: connect again; credential_ended: with another credential; account_gone. There may be more one day */
      reason: string
    }

    /** One event: `event:`, `id:` and `data:`, which is JSON */
    LiveEvent:
      | { event: 'balance'; id: string; data: components['schemas']['Balance'] }
      | { event: 'settings'; id: string; data: components['schemas']['LiveSettings'] }
      | { event: 'top_ups'; id: string; data: components['schemas']['LiveTopUps'] }
      | { event: 'notices'; id: string; data: components['schemas']['Notices'] }
      | { event: 'end'; data: components['schemas']['LiveEnd'] }

    /** Alert levels, automatic top-up, contacts or the plan changed: read them */
    LiveSettings: {
      /** The account */
      account_id: string

      /** Of the ledger; it grows with every restore. Order by (epoch, version) */
      epoch: number

      /** Drop what is not newer by (epoch, version) */
      version: number
    }
    LiveTopUps: {
      /** The account */
      account_id: string

      /** Of the ledger; it grows with every restore. Order by (epoch, version) */
      epoch: number

      /** Drop what is not newer by (epoch, version) */
      version: number

      /** Those that are open, and those that have changed since the last such event; others stay as they are */
      items: components['schemas']['TopUp'][]
    }
    MethodSetup: {
      setup_id: string

      /** Null: the provider has not given its page yet */
      url: string | null
      state: 'open' | 'saved' | 'canceled' | 'expired'
      expires_at: components['schemas']['Instant'] | null

      /** Of the card, once it is saved */
      method_id: string | null
      is_default: boolean | null

      /** Why the card did not become the default as was wished: consent_needed, consent_differs; or was not saved: account_closed */
      refusal: string | null
    }

    /** A decimal amount in units of the currency */
    Money: string

    /** A decimal amount in units of the currency */
    MoneyInput: string
    Movement: {
      /** 1, 2, 3, ... without a gap, by account */
      sequence: number

      /** usage, reversal, adjustment, top_up, refund, dispute; there may be more one day */
      kind: string

      /** Above zero adds credit, below zero takes it */
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

      /** Who asked for it by hand; null for members, and where nobody did */
      actor: string | null

      /** What they are called; null where nobody said */
      actor_name: string | null
      requested_at: components['schemas']['Instant']

      /** Null for members, and where it is not known */
      card: { brand: string; last4: string } | null

      /** What the statement of the card says; null for members, and where it is not configured */
      statement_descriptor: string | null

      /** When the payment became credit; null where it is not known */
      credited_at: components['schemas']['Instant'] | null
      credited: components['schemas']['Money']

      /** Of the payment, by now */
      refunded: components['schemas']['Money']

      /** Of the payment, by now */
      disputed: components['schemas']['Money']

      /** Why an automatic one was asked for; null of one by hand */
      asked: {
        /** To which it had fallen */
        balance: components['schemas']['Money']
        threshold: components['schemas']['Money']

        /** Since when these settings were in force */
        set_at: components['schemas']['Instant']

        /** Null for members, and where that is not kept */
        set_by: string | null

        /** What they are called; null where nobody said */
        set_by_name: string | null

        /** The newest by then; null for members */
        consent: {
          person: string

          /** What they are called; null where nobody said */
          person_name: string | null
          attested_by: string | null
          recorded_at: components['schemas']['Instant']
        } | null
      } | null
    }

    /** What is not named is not asked for */
    MovementSearchInput: {
      /** An interaction id or a SKU, exactly, or the begin of a destination in whatever case */
      search?: string

      /** Who used it; a reversal is of the user of what it takes back */
      user_id?: string

      /** Of any of these kinds */
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

      /** Recorded at this instant or later */
      from?: string | string

      /** Recorded before this instant */
      to?: string | string

      /** in adds credit, out takes it */
      direction?: 'in' | 'out'

      /** What next_cursor of the page before said */
      cursor?: string

      /** How many items a page has at the most */
      limit?: number
    }
    MovementUsage: {
      event_id: string

      /** call, toll_free, message, conversation_intelligence, voice_agent, other, correction */
      type: string
      interaction_id: string
      user_id: string | null
      user_name: string | null

      /** Of a message: sms, mms, whatsapp */
      channel: string | null
      direction: string | null
      sku: string | null
      agent_id: string | null

      /** Of a correction: the event that it takes back */
      corrects: string | null

      /** As used: seconds, fragments or items, by type */
      quantity: number

      /** As priced, after increments */
      units: number
      destination: string | null

      /** The number called, as far as the caller may see it; null once it is cleared */
      number: string | null
      charge_reason: string
    }
    NewAccountInput: {
      /** The account */
      account_id: string
      currency: components['schemas']['CurrencyInput']
      tariff: string

      /** Each in force until the next one */
      packages?: {
        /** A package of the catalog, or none */
        id: string

        /** An RFC 3339 instant, or a date for its midnight in UTC */
        from: string | string
      }[]

      /** Billing cycles start on this day of every month, or on the month's last day if it is shorter */
      billing_cycle_anchor: string

      /** The account's own limit; null: the package's */
      fair_use_minutes_per_user?: number | null

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      conversation_intelligence?: 'credit' | 'invoice' | 'included'

      /** Who pays: the credit, the invoice, or nobody as the plan includes it */
      voice_agent?: 'credit' | 'invoice' | 'included'
      contacts?: components['schemas']['WantedContactInput'][]
    }

    /** Told apart by key, of which there may be more one day */
    Notice:
      | {
          key: 'exhausted'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            blocked_since: components['schemas']['Instant']

            /** Rounded up to two decimals; more than this unblocks calls */
            owed: components['schemas']['Money']

            /** Of payments that are not settled, in all; null: none */
            open_payment: components['schemas']['Money'] | null
          }
        }
      | {
          key: 'exhausted_and_paused'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            blocked_since: components['schemas']['Instant']

            /** Rounded up to two decimals; more than this unblocks calls */
            owed: components['schemas']['Money']

            /** Of payments that are not settled, in all; null: none */
            open_payment: components['schemas']['Money'] | null

            /** Null: it is about none, or not for the caller to see */
            card: { brand: string; last4: string } | null

            /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; there may be more one day. Null: not for the caller to see */
            reason: string | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
            why: string | null

            /** Of a card that was declined: when it was last */
            since: components['schemas']['Instant']

            /** Only another payment method ends the pause */
            needs_another_method: boolean
          }
        }
      | {
          key: 'never_topped_up'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: { has_method: boolean; is_auto_top_up_on: boolean }
        }
      | {
          key: 'approve'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
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

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            /** Null: it is about none, or not for the caller to see */
            card: { brand: string; last4: string } | null

            /** declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; there may be more one day. Null: not for the caller to see */
            reason: string | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
            why: string | null

            /** Of a card that was declined: when it was last */
            since: components['schemas']['Instant']

            /** Only another payment method ends the pause */
            needs_another_method: boolean

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'taken_back'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            reason: 'refunded' | 'disputed'
            amount: components['schemas']['Money']
            paid_at: components['schemas']['Instant']
            since: components['schemas']['Instant']

            /** Only another payment method ends the pause */
            needs_another_method: boolean
          }
        }
      | {
          key: 'expired'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            /** Null: it is about none, or not for the caller to see */
            card: { brand: string; last4: string } | null

            /** The last day it can be charged */
            expires_on: string
          }
        }
      | {
          key: 'expiring'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            /** Null: it is about none, or not for the caller to see */
            card: { brand: string; last4: string } | null

            /** The last day it can be charged */
            expires_on: string
          }
        }
      | {
          key: 'no_method'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: { is_auto_top_up_on: boolean; saved_methods: number }
        }
      | {
          key: 'cap'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            spent: components['schemas']['Money']
            cap: components['schemas']['Money']
            until: components['schemas']['Instant']

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'cap_nearly_used'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: { spent: components['schemas']['Money']; cap: components['schemas']['Money']; percent: number }
        }
      | {
          key: 'day_limit'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            until: components['schemas']['Instant']
            limit: number

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'failed'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            top_up_id: string
            amount: components['schemas']['Money']

            /** Null: it is about none, or not for the caller to see */
            card: { brand: string; last4: string } | null

            /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
            why: string | null

            /** Null: it is due now */
            next_try: { number: number; of_tries: number; at: components['schemas']['Instant'] } | null
          }
        }
      | {
          key: 'low'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            level: components['schemas']['Money']

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'custom'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']
            level: components['schemas']['Money']

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'small'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            amount: components['schemas']['Money']
            average: components['schemas']['Money']

            /** Covers a week */
            week: components['schemas']['Money']
          }
        }
      | {
          key: 'closed'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: { balance: components['schemas']['Money']; closed_at: components['schemas']['Instant'] }
        }
      | {
          key: 'checking'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: { top_up_id: string; trigger: 'automatic' | 'manual'; amount: components['schemas']['Money'] }
        }
      | {
          key: 'processing'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            /** Of all payments under way */
            amount: components['schemas']['Money']
            payments: number
          }
        }
      | {
          key: 'off'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            balance: components['schemas']['Money']

            /** Rounded down; 0: less than a day; null: see the reason */
            days_left: number | null
            no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

            /** At average usage; null as days_left is */
            lasts_until: components['schemas']['Instant'] | null
          }
        }
      | {
          key: 'added'
          severity: 'critical' | 'warning' | 'info' | 'success'

          /** The part of the page that it stands in, unless it is the banner */
          placement: 'balance' | 'auto' | 'method' | 'alerts' | 'payments'

          /** The one above all parts: the first of the list */
          is_banner: boolean
          is_dismissible: boolean

          /** Names this happening: what is dismissed */
          occurrence: string

          /** What the caller can do about it; the first is the button. Empty for members */
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

          /** Whom a member asks to do it, by name */
          ask_admins: string[]
          figures: {
            /** A payment; or money that is back */
            kind: 'top_up' | 'dispute_won' | 'refund_failed'
            amount: components['schemas']['Money']
            balance: components['schemas']['Money']
            at: components['schemas']['Instant']

            /** Null: they worked before, or do not yet */
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

      /** Of the notice, as it was read */
      occurrence: string
    }
    Notices: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']

      /** Gravest first, those that the caller has dismissed left out */
      items: components['schemas']['Notice'][]

      /** Of the ledger; it grows with every restore */
      epoch: number

      /** Of the newest change of the balance that is in them */
      balance_version: number
      as_of: components['schemas']['Instant']
    }
    OpenedMethodSetup: {
      setup_id: string

      /** The provider's page, where the card is typed in */
      url: string
      state: 'open'
      expires_at: components['schemas']['Instant']
    }
    PaymentMethod: {
      method_id: string
      provider: string

      /** visa, mastercard, ...; null: not for the caller to see */
      brand: string | null
      last4: string | null
      expiry_month: number
      expiry_year: number

      /** Automatic top-ups charge it */
      is_default: boolean
    }
    PaymentMethods: { items: components['schemas']['PaymentMethod'][] }
    PeriodSummary: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      from: components['schemas']['Instant']

      /** Now, where the period reaches past it */
      to: components['schemas']['Instant']
      opening: components['schemas']['Money']

      /** Top-ups */
      added: components['schemas']['Money']

      /** Usage, less the reversals recorded in the period */
      used: components['schemas']['Money']

      /** Adjustments, refunds and disputes; above zero where they added credit */
      other: components['schemas']['Money']

      /** opening + added - used + other */
      closing: components['schemas']['Money']

      /** Sequence of the last movement before the period; 0: there is none */
      after_sequence: number

      /** Of the ledger; it grows with every restore */
      epoch: number

      /** Sequence of the newest movement that is in it; 0: there is none */
      through_sequence: number
    }
    PortalLink: {
      /** Opens the page once. Whoever has it is this person: it goes to them alone */
      url: string

      /** Of the link; of the session it opens, see `readPortalSession` */
      expires_at: components['schemas']['Instant']

      /** The account */
      account_id: string
      person_id: string
      role: 'admin' | 'member'
      locale: string
    }
    PortalSession: {
      /** The account */
      account_id: string
      person: { id: string; name: string }
      role: 'admin' | 'member'

      /** In which words, amounts and dates are written */
      locale: string
      opened_at: components['schemas']['Instant']

      /** When it is over if nothing more is asked by it; moves on with each request, to the minute */
      expires_at: components['schemas']['Instant']

      /** When it is over whatever is asked by it */
      ends_at: components['schemas']['Instant']

      /** What the page is part of */
      product: string

      /** Who is allowed to charge, by a consent */
      seller: string

      /** Where people go back to */
      dashboard_url: string
      brand_color: string

      /** No real money moves */
      is_sandbox: boolean
    }

    /** RFC 9457 */
    Problem: {
      /** Stable; tells programs what kind of problem it is */
      type: string
      title: string
      status: number

      /** What is wrong and what to do, for a person */
      detail: string

      /** For support */
      request_id: string

      /** Whether the same request may succeed later */
      retryable: boolean
      errors?: {
        /** JSON pointer to the value: /body/amount, /query/limit */
        path: string
        code: string
        detail: string

        /** The bound that the value is outside of */
        limit?: string
      }[]

      /** Of files that were sent: the first of their faults */
      faults?: {
        file: string

        /** From 1; null: the file as a whole */
        line: number | null
        reason: string
      }[]

      /** How many faults the files have */
      fault_count?: number

      /** When it was changed meanwhile: what it is now */
      current?: {
        etag: string
        changed_by: string | null

        /** Their display name, else what they were called when the billing page was opened last; null: neither is known, as of services */
        changed_by_name: string | null
        changed_at: components['schemas']['Instant']
      }
    }
    PublishedCatalog: {
      version: number
      in_force_from: components['schemas']['Instant']
      published_at: components['schemas']['Instant']
    }

    /** With the sequence of its movement; null: it made none */
    RelatedEvent: { event_id: string; sequence: number | null; occurred_at: components['schemas']['Instant'] }
    RemovedMethod: {
      method_id: string

      /** It was what automatic top-up charged, which is off now */
      auto_top_up_turned_off: boolean
    }
    ReplayRequestInput: {
      reason?: string | null
      account_id?: string | null
      topic?: string | null
      since?: (string | string) | null

      /** Whatever their reason, account, topic and time */
      all?: boolean

      /** Those replayed before as well */
      again?: boolean
      max_letters?: number

      /** What next_cursor of the replay before said */
      cursor?: string | null
    }
    Replayed: {
      replayed: number

      /** How many were not reached: go on with next_cursor */
      left: number

      /** For the next request; null: all were reached */
      next_cursor: string | null
      failed_count: number

      /** Those that cannot be replayed: the first 200 */
      failed: { topic: string; partition: number; offset: number; reason: string }[]

      /** content_differs would only conflict again, and are replayed only where they are the reason asked for */
      conflicts_left_out: number
    }

    /** As it was when it was asked for */
    RequestedTopUp: {
      top_up_id: string

      /** The account */
      account_id: string
      trigger: 'manual'
      state: 'requested'
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string
      requested_at: components['schemas']['Instant']
    }
    RollBackInput: {
      /** Why; null: it says which version it goes back to */
      comment?: string | null

      /** From when it prices usage; null: from now on */
      in_force_from?: (string | string) | null
    }
    SavedAutoTopUp: {
      /** The account */
      account_id: string
      settings: components['schemas']['AutoTopUpSettings']

      /** A pause has ended by it */
      is_resumed: boolean

      /** The balance is below the threshold: a top-up was asked for at once */
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
      /** The account */
      account_id: string

      /** Of the ledger; it grows with every restore. Order by (epoch, version) */
      epoch: number

      /** The status's own; 0: never announced */
      version: number
      status: 'active' | 'blocked'

      /** outbound_calls, inbound_toll_free; there may be more one day. Empty while active */
      blocked: string[]
      reason: 'credit_exhausted' | 'credit_available'
      since: components['schemas']['Instant']
    }
    TopUp: {
      top_up_id: string

      /** The account */
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

      /** It ends once the provider has canceled its payment */
      is_being_canceled: boolean

      /** Why it is in this state: monthly_cap, turned_off, by_hand, ...; null where the state, or why, says it */
      reason: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
      why: string | null
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string | null

      /** Null: automatic, or not for the caller to see */
      requested_by: string | null
      requested_at: components['schemas']['Instant']
      updated_at: components['schemas']['Instant']

      /** When it is looked at again; null once it is over */
      next_try_at: components['schemas']['Instant'] | null

      /** Until when the customer may approve it, while it needs that */
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

      /** unknown, processing, needs_action, succeeded, declined, canceled, refused; null: prepared, or confirmed and not answered yet */
      outcome: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
      why: string | null

      /** The bank's or the provider's; for services and operators */
      code: string | null
      provider: string

      /** The provider's; null: not for the caller to see */
      payment_id: string | null
    }
    TopUpDetails: {
      top_up_id: string

      /** The account */
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

      /** It ends once the provider has canceled its payment */
      is_being_canceled: boolean

      /** Why it is in this state: monthly_cap, turned_off, by_hand, ...; null where the state, or why, says it */
      reason: string | null

      /** Why the card was declined: funds, no_reason, expired, details, unsupported, hard, authentication, bank_down, lapsed; there may be more one day. Null: it was not, or not for the caller to see */
      why: string | null
      amount: components['schemas']['Money']
      currency: components['schemas']['Currency']
      method_id: string | null

      /** Null: automatic, or not for the caller to see */
      requested_by: string | null
      requested_at: components['schemas']['Instant']
      updated_at: components['schemas']['Instant']

      /** When it is looked at again; null once it is over */
      next_try_at: components['schemas']['Instant'] | null

      /** Until when the customer may approve it, while it needs that */
      action_until: components['schemas']['Instant'] | null

      /** To pay it, one after the other */
      attempts: components['schemas']['TopUpAttempt'][]

      /** What it brought, and what of that went back */
      movements: components['schemas']['TopUpMovement'][]
    }
    TopUpMovement: {
      sequence: number

      /** top_up, refund, dispute */
      kind: string
      amount: components['schemas']['Money']
      balance_after: components['schemas']['Money']
      reverses_sequence: number | null
      recorded_at: components['schemas']['Instant']
    }
    TopUpQuote: {
      amount: components['schemas']['Money']
      balance_after: components['schemas']['Money']

      /** It pays no more than what is owed: calls stay blocked */
      is_blocked_after: boolean

      /** Whole average days that it lasts once what is owed is paid; null: nobody can say, or it pays no more */
      days: number | null

      /** It is what automatic top-up charges */
      is_automatic_amount: boolean
    }
    TopUpQuotes: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** Rounded up to two decimals; more than this unblocks calls. 0: nothing is owed */
      owed: components['schemas']['Money']

      /** The least that one payment may be */
      min: components['schemas']['Money']
      max: components['schemas']['Money']

      /** Of the amount that was asked for; null: none was */
      quote: components['schemas']['TopUpQuote'] | null

      /** Three at most, ascending: the amount of automatic top-up, 7 and 30 days; each more than what is owed */
      suggested: components['schemas']['TopUpQuote'][]
    }
    UsageForecast: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      balance: components['schemas']['Money']

      /** In UTC */
      today: string

      /** Whole UTC days that were looked at: those after the day of the first usage and before today, at most 14 */
      days: number

      /** Usage less its reversals of those days, a day; null: see the reason */
      average: components['schemas']['Money'] | null

      /** not_enough_usage: fewer than 3 days; no_usage: nothing in those days */
      no_average_reason: ('not_enough_usage' | 'no_usage') | null

      /** Balance by average, rounded down; 0: less than a day; null: see the reason */
      days_left: number | null
      no_days_left_reason: ('not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days') | null

      /** Until the balance falls below the threshold of automatic top-up, rounded down; null where nothing would be charged then, where it is below already, without an average, and beyond 90 days */
      days_to_top_up: number | null

      /** Since midnight UTC */
      used_today: components['schemas']['Money']

      /** The middle one of the days looked at that had usage; null where there is no average */
      usual_day: components['schemas']['Money'] | null

      /** Used today: three usual days or more */
      is_unusual: boolean

      /** Rounded up to two decimals; more than this unblocks calls. 0: nothing is owed */
      owed: components['schemas']['Money']

      /** For automatic top-up: 14 average days, up to the next 5; null where there is no average */
      suggested_threshold: components['schemas']['Money'] | null

      /** To add: pays what is owed, then lasts so many average days (7 and 30, fewer at the largest payment), up to the next 5 */
      suggested_amounts: { amount: components['schemas']['Money']; days: number }[]

      /** Of the ledger; it grows with every restore */
      epoch: number

      /** Sequence of the newest movement that is in it; 0: there is none */
      through_sequence: number
    }
    UsageItem: {
      /** The date, kind, user or destination; null: of nobody in particular, or without one */
      id: string | null

      /** A user's display name, where there is one */
      name: string | null

      /** Usage less its reversals; above zero where credit was used */
      used: components['schemas']['Money']

      /** What corrections gave back of this usage, whenever they did */
      reversed: components['schemas']['Money']

      /** How many movements usage made, those that were reversed among them */
      movements: number

      /** Of a kind: billed seconds, fragments or items, less those reversed. Else null: kinds differ */
      units: number | null
    }
    UsageSummary: {
      /** The account */
      account_id: string
      currency: components['schemas']['Currency']
      by: 'day' | 'kind' | 'user' | 'destination'
      from: string
      to: string
      items: components['schemas']['UsageItem'][]

      /** What is not among the items */
      other: {
        count: number

        /** Usage less its reversals; above zero where credit was used */
        used: components['schemas']['Money']

        /** What corrections gave back of this usage, whenever they did */
        reversed: components['schemas']['Money']

        /** How many movements usage made, those that were reversed among them */
        movements: number

        /** Of a kind: billed seconds, fragments or items, less those reversed. Else null: kinds differ */
        units: number | null
      }
      total: {
        /** Usage less its reversals; above zero where credit was used */
        used: components['schemas']['Money']

        /** What corrections gave back of this usage, whenever they did */
        reversed: components['schemas']['Money']

        /** How many movements usage made, those that were reversed among them */
        movements: number

        /** Of a kind: billed seconds, fragments or items, less those reversed. Else null: kinds differ */
        units: number | null
      }

      /** Of the ledger; it grows with every restore */
      epoch: number

      /** Sequence of the newest movement that is in it; 0: there is none */
      through_sequence: number
    }
    User: { user_id: string; name: string; updated_at: components['schemas']['Instant'] }
    WantedAdjustmentInput: {
      /** Above 0 adds credit, below 0 takes it; in the currency of the account */
      amount: string

      /** Why, for the statement */
      reason: string
    }
    WantedAlertLevelsInput: {
      /** Null: the default of 10 units of the currency */
      low: string | null

      /** Null: none */
      custom: string | null
    }
    WantedApiKeyInput: {
      /** What it is for; on record for what is changed by it */
      name: string
      scopes: components['schemas']['ScopeInput'][]

      /** The accounts that it may see; null: all of them, and the installation */
      account_ids: string[] | null
    }
    WantedApprovalInput: {
      /** Where the customer comes back to: an address of the API’s own origin, or of one configured for it */
      return_url: string
    }
    WantedAutoTopUpInput: {
      is_on: boolean
      threshold: components['schemas']['MoneyInput']
      amount: components['schemas']['MoneyInput']

      /** Null: no cap */
      monthly_cap: components['schemas']['MoneyInput'] | null

      /** Needed for what could charge more than before */
      consent: components['schemas']['GivenConsentInput'] | null
    }
    WantedContactInput: {
      /** Unique within the account */
      id: string
      email: string
      locale?: string
      role: 'admin' | 'billing'
    }
    WantedDefaultMethodInput: {
      /** Needed while automatic top-up is on */
      consent: components['schemas']['GivenConsentInput'] | null
    }
    WantedExportInput: {
      /** Recorded at this instant or later */
      from: string | string

      /** Recorded before this instant; one to come stands for now */
      to: string | string

      /** IANA name of the zone that the period was chosen in: the mail about the export names the period in it */
      time_zone?: string
    }
    WantedMethodSetupInput: {
      /** Where the customer comes back to: an address of the API’s own origin, or of one configured for it */
      return_url: string

      /** Automatic top-ups charge the card from then on */
      make_default: boolean

      /** Needed where it is to be the default of an account whose automatic top-up is on */
      consent: components['schemas']['GivenConsentForNewMethodInput'] | null
    }
    WantedPortalSessionInput: {
      /** The account */
      account_id: string
      person: {
        /** As your dashboard knows them, for good: it is on record for what they do */
        id: string

        /** What they are called on the page */
        name: string
      }

      /** admin may change and pay; member sees it without cards and full numbers */
      role: 'admin' | 'member'

      /** Of the page. Absent: of the contact whose id is that of the person, else of the installation */
      locale?: string

      /** With what the page opens: `export` with the newest export, where the mail about one leads */
      open?: 'export'
    }
    WantedRotationInput: {
      /** How long the secret before stays valid; 0: it ends at once */
      overlap_seconds: number
    }
    WantedTopUpInput: {
      amount: components['schemas']['MoneyInput']

      /** Null: the default */
      method_id: string | null
    }
  }
}
