/** Repeats what has to be done until it succeeds: an import that nothing works without, or signing out. */
const FIRST_REST_MS = 1_000
const MAX_REST_MS = 30_000

export async function untilLoaded<Loaded>(
  load: () => Promise<Loaded>,
  rest: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<Loaded> {
  for (let ms = FIRST_REST_MS; ; ms = Math.min(2 * ms, MAX_REST_MS)) {
    try {
      return await load()
    } catch {
      await rest(ms)
    }
  }
}
