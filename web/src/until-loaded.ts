/** Code that is loaded late may not be to be had for a moment: it is asked for until it is there, as whoever waits can do nothing else. */
const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 30_000

export async function untilLoaded<Loaded>(
  load: () => Promise<Loaded>,
  rest: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<Loaded> {
  for (let ms = FIRST_REST_MS; ; ms = Math.min(2 * ms, LONGEST_REST_MS)) {
    try {
      return await load()
    } catch {
      await rest(ms)
    }
  }
}
