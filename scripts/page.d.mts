/** Whether web/dist is there and of these sources. */
export function isPageBuilt(): boolean
/** Builds it, with the Node at `node`. */
export function buildPage(node: string): Promise<void>
