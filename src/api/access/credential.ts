/** What let a caller in: an API key, a token, or a session of the billing page. */
export interface Credential {
  /** Names the credential; the same for every request that it lets in. */
  readonly id: string
  /** Whether the credential is still valid; null when it ends by time alone (`Caller.untilMicros`). */
  readonly isStillGood: (() => Promise<boolean>) | null
}
