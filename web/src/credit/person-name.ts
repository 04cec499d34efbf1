/** Who did something, from how the API records it. */

/** How actors that are services are recorded. */
const SERVICE = /^api-key /

/** The name, else the id; null for services, whose names are not meant for customers. */
export function personName(id: string | null, name: string | null): string | null {
  if (name !== null) return name
  return id === null || SERVICE.test(id) ? null : id
}
