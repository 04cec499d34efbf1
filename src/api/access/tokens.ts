/**
 * JWTs of people: signed by an issuer that the installation trusts, meant for this audience, not expired. The issuer
 * decides the kind of caller: only the operators' issuer can make an operator, whatever a token of another one claims.
 */
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Config, TokenIssuer } from '../../platform/config.ts'
import { ApiProblem } from '../protocol/problem.ts'
import { type Caller, PERSON_ROLES } from './permissions.ts'

/** Verifies a JWT and returns the caller that it names. */
export type TokenReader = (token: string) => Promise<Caller>

/** Asymmetric only: being able to check a token must not mean being able to make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const CLOCK_TOLERANCE_SECONDS = 5
const JWKS_TIMEOUT_MS = 3_000

interface KnownIssuer extends TokenIssuer {
  readonly keys: JWTVerifyGetKey
  callerOf(payload: JWTPayload, subject: string): Caller
}

/**
 * Creates a reader that throws `unauthenticated` for an invalid token and `unavailable` while the issuer's keys cannot
 * be fetched.
 */
export function createTokenReader({ dashboard, operators, accountClaim, roleClaim }: Config['tokens']): TokenReader {
  const known = new Map<string, KnownIssuer>()
  const add = (issuer: TokenIssuer | null, callerOf: KnownIssuer['callerOf']) => {
    if (issuer === null) return
    const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS })
    known.set(issuer.issuer, { ...issuer, keys, callerOf })
  }
  add(dashboard, (payload, subject) => personOf(payload, subject, accountClaim, roleClaim))
  add(operators, (payload, subject) => {
    if (payload[roleClaim] !== 'operator') throw refused(`its claim ${roleClaim} is not operator`)
    return { kind: 'operator', subject }
  })

  return async (token) => {
    const issuer = known.get(issuerOf(token) ?? '')
    if (issuer === undefined) throw refused('its issuer is not known')
    const payload = await verify(token, issuer)
    const { sub } = payload
    if (typeof sub !== 'string' || !/^[^\p{Cc}]{1,200}$/u.test(sub)) throw refused('its claim sub names nobody')
    return { ...issuer.callerOf(payload, sub), untilMicros: payload.exp! * 1_000_000 }
  }
}

async function verify(token: string, { issuer, audience, keys }: KnownIssuer): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refused('it has expired')
    if (error instanceof errors.JWTClaimValidationFailed) throw refused(`its claim ${error.claim} is not accepted`)
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || isUnreadable(error)) {
      throw new ApiProblem('unavailable', 'the keys of the token’s issuer cannot be fetched: try again', {
        retryAfterSeconds: 5,
      })
    }
    throw refused('its signature or format is not valid')
  }
}

/** The issuer answered with something that is not a key set. */
function isUnreadable(error: errors.JOSEError): boolean {
  return error.code === 'ERR_JOSE_GENERIC' || error instanceof errors.JWKSInvalid
}

function personOf(payload: JWTPayload, subject: string, accountClaim: string, roleClaim: string): Caller {
  const accountId = payload[accountClaim]
  const role = PERSON_ROLES.find((known) => known === payload[roleClaim])
  if (typeof accountId !== 'string' || accountId === '') throw refused(`its claim ${accountClaim} names no account`)
  if (role === undefined) throw refused(`its claim ${roleClaim} is neither admin nor member`)
  return { kind: 'person', subject, accountId, role }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    throw refused('it is neither an API key nor a JWT')
  }
}

function refused(why: string): ApiProblem {
  return new ApiProblem('unauthenticated', `the credential is not accepted: ${why}`)
}
