export function processIdentity(pid?: number): string | null
export function isIdentityAlive(identity: string): boolean
export function withLock<T>(path: string, work: () => Promise<T>, onWait?: () => void): Promise<T>
