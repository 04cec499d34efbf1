/** The client of the schema registry: registers the schemas of our topics, and finds those that messages were written with. */
import { Fault } from '../faults.ts'
import { retry } from '../retry.ts'

const REGISTER_TIMEOUT_MS = 5_000
const REGISTER_ATTEMPTS = 8
/** A registry that is starting answers within some seconds, or does not start. */
const REGISTER_BACKOFF = { firstMs: 200, maxMs: 2_000 }
const FIND_TIMEOUT_MS = 3_000
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const UNKNOWN_SCHEMA_CODE = 40403

export interface SchemaRegistry {
  /** Registers a schema for the values of a topic and returns its id; the same id if it was registered before. Retries. */
  register(topic: string, schema: string): Promise<number>
  /** Returns the text of a schema; null: the registry has none with this id. Throws RegistryUnavailable; never retries. */
  find(id: number): Promise<string | null>
}

/** The registry did not say whether it has the schema. Retry later; the message may be valid. */
export class RegistryUnavailable extends Fault {
  override readonly name = 'RegistryUnavailable'

  constructor(message: string, options?: ErrorOptions) {
    super('registry_unavailable', message, options)
  }
}

/**
 * Makes a client of the registry at `url`, which may contain a user and a password. It keeps no connection and no state.
 */
export function createSchemaRegistry(url: string, fetchUrl: typeof fetch = fetch): SchemaRegistry {
  const access = accessTo(url, fetchUrl)
  return {
    async register(topic, schema) {
      const subject = `${topic}-value`
      // The rule before the schema, so that no version ever slips in unchecked.
      await change(access, 'PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })
      const answer = await change(access, 'POST', `/subjects/${subject}/versions`, { schema })
      const { id } = answer as { id?: unknown }
      if (typeof id !== 'number') throw new Error(`the schema registry returned no id for ${subject}`)
      return id
    },
    find: (id) => find(access, id),
  }
}

interface Access {
  readonly fetchUrl: typeof fetch
  /** Without credentials and final slash. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Credentials go into a header: `fetch` refuses a URL that contains them, and its error quotes it. */
function accessTo(text: string, fetchUrl: typeof fetch): Access {
  const url = new URL(text)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`
  return { fetchUrl, url: url.href.replace(/\/+$/, ''), headers: login === ':' ? {} : { authorization } }
}

async function find({ fetchUrl, url, headers }: Access, id: number): Promise<string | null> {
  let status: number
  let body: { schema?: unknown; error_code?: unknown }
  try {
    const signal = AbortSignal.timeout(FIND_TIMEOUT_MS)
    const response = await fetchUrl(`${url}/schemas/ids/${id}`, { headers, signal })
    status = response.status
    body = (await response.json()) as typeof body
  } catch (error) {
    throw new RegistryUnavailable(`the schema registry did not respond for schema ${id}`, { cause: error })
  }
  // A 404 without the registry's own code comes from a proxy or a wrong path, and says nothing about the message.
  if (status === 404 && body?.error_code === UNKNOWN_SCHEMA_CODE) return null
  if (status === 200 && typeof body?.schema === 'string') return body.schema
  throw new RegistryUnavailable(`the schema registry returned ${status} for schema ${id}`)
}

class RegistryRefused extends Error {
  override readonly name = 'RegistryRefused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Retries, because a registry that is starting, or two processes that write one subject at once, cause passing errors. */
async function change(access: Access, method: string, path: string, body: unknown): Promise<unknown> {
  try {
    return await retry(() => changeOnce(access, method, path, body), {
      backoff: REGISTER_BACKOFF,
      isRetried: ({ error, failures }) => failures < REGISTER_ATTEMPTS && !isFinal(error, failures),
    })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Error(`schema registry: ${method} ${path}: ${problem}`)
  }
}

async function changeOnce(
  { fetchUrl, url, headers }: Access,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const response = await fetchUrl(url + path, {
    method,
    headers: { ...headers, 'content-type': CONTENT_TYPE },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REGISTER_TIMEOUT_MS),
  })
  const answer = await response.text()
  if (!response.ok) throw new RegistryRefused(response.status, `${response.status} ${answer.slice(0, 500)}`)
  return JSON.parse(answer)
}

/** A conflict is an incompatible schema, or a subject that another process is creating: a few attempts show which. */
function isFinal(error: unknown, failures: number): boolean {
  if (!(error instanceof RegistryRefused)) return false
  const { status } = error
  return status < 500 && status !== 429 && !(status === 409 && failures < 3)
}
