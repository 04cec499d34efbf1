/** Whether web/dist exists and was built from the current sources. */
export function isPageBuilt(): boolean
/** Builds the page with the Node at `node`. */
export function buildPage(node: string): Promise<void>
