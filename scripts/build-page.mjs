/** `npm run page`: builds the Billing page where it is missing or stale. For images; demo and tests see to it themselves. */
import { buildPage, isPageBuilt } from './page.mjs'

if (!isPageBuilt()) await buildPage(process.execPath)
