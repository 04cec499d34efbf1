/** An issuer of tokens, like a dashboard: keys on a separate server, and tokens signed with them. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { TokenIssuer } from '../../src/platform/config.ts'

export interface TestIssuer extends TokenIssuer {
  /** Signed, for an hour unless the claims say otherwise. */
  sign(claims: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

export async function openTestIssuer(name: string): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const kid = randomUUID()
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] })
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(keys)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `https://${name}.example`
  const audience = 'tollgate'
  return {
    issuer,
    audience,
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    sign(claims) {
      const inAnHour = Math.floor(Date.now() / 1000) + 3_600
      return new SignJWT({ iss: issuer, aud: audience, exp: inAnHour, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
