/** `npm run page`: builds the Billing page if it is missing or stale. For images; demo and tests build it themselves. */
import { buildPage, isPageBuilt } from './page.mjs'

if (!isPageBuilt()) await buildPage(process.execPath)
