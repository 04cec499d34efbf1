/** A small catalog without faults, and ways to put one in. */
import { fileURLToPath } from 'node:url'

export const CATALOG_YAML = `rounding: { scale: 4, mode: half_up }
emergency: ["112", "911"]
numbering: numbering.csv
regions: { EU: [AT, DE], US: [US] }
packages:
  - { id: eu, name: Europe, region: EU, countries: [AT, DE], fair_use_minutes_per_user: 3000 }
  - { id: us, region: US, countries: [US], fair_use_minutes_per_user: null }
tariffs:
  - id: standard-eur
    currency: EUR
    outbound: outbound.csv
    toll_free: toll-free.csv
    messages: { sms: sms.csv, sms_inbound: sms-in.csv }
    conversation_intelligence: { price_per_minute: "0.02", first_increment: 60, next_increment: 60 }
    voice_agent: { price_per_minute: "0.25", first_increment: 1, next_increment: 1 }
    other: { number-lookup: "0.004" }
  - id: plain-usd
    currency: USD
    outbound: outbound.csv
`

export const CALL_HEADER =
  'prefix,destination,price_per_minute,connection_fee,first_increment,next_increment,effective_from,effective_to'
export const MESSAGE_HEADER = 'prefix,destination,price_per_unit,effective_from,effective_to'

export const SAMPLE: Readonly<Record<string, string>> = {
  'catalog.yaml': CATALOG_YAML,
  'numbering.csv': 'prefix,country,type\n+43,AT,fixed\n+49,DE,fixed\n+49800,DE,toll_free\n+1,US,fixed\n+882,,special\n',
  'outbound.csv': `${CALL_HEADER}
+43,Austria,0.02,0.05,60,60,,
+49,Germany,0.01,,1,1,,2026-03-01
+49,Germany,0.012,,1,1,2026-03-01,
+1,"United States, all",0.005,0,6,6,,
118,Directory,1.20,,60,60,2026-01-01T00:00:00+01:00,
`,
  'toll-free.csv': `${CALL_HEADER}\n+49800,Freephone,0.03,,30,6,,\n`,
  'sms.csv': `${MESSAGE_HEADER}\n+4,Europe,0.07,,\n`,
  'sms-in.csv': `${MESSAGE_HEADER}\n+49,Germany,0.01,,\n`,
}

export const ACCOUNTS_YAML = `accounts:
  - id: acme
    currency: EUR
    tariff: standard-eur
    packages: [{ id: none, from: 2026-03-01 }, { id: eu, from: 2026-01-01T00:00:00Z }]
    billing_cycle_anchor: 2026-01-31
    fair_use_minutes_per_user: 5000
    conversation_intelligence: included
    voice_agent: invoice
    contacts: [{ id: ann, email: ann@acme.example, locale: de-DE, role: admin }, { id: bo, email: bo@acme.example, role: billing }]
  - id: globex
    currency: USD
    tariff: plain-usd
    billing_cycle_anchor: 2024-02-29
`

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The sample with some files replaced; null leaves a file out. */
export function sampleWith(changed: Readonly<Record<string, string | Uint8Array | null>>): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [name, content] of Object.entries({ ...SAMPLE, ...changed })) {
    if (content !== null) files.set(name, typeof content === 'string' ? bytesOf(content) : content)
  }
  return files
}

export const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url))
