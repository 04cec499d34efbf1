/** Entry point of the page. The account is in the path, `/billing/{account_id}`. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { accountQueries } from './api/account.ts'
import { Billing, isWorthRetrying } from './billing.tsx'
import { loadTexts } from './texts/texts.ts'
import '../../src/look/tokens.css'
import '../../src/look/base.css'

// The server has set the language, so texts load while the session is being read.
void loadTexts(document.documentElement.lang, 'page')

const accountId = decodeURIComponent(location.pathname.split('/').at(-1) ?? '')
const client = new QueryClient({ defaultOptions: { queries: { retry: isWorthRetrying, staleTime: 15_000 } } })
const queries = accountQueries(accountId)

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Billing queries={queries} />
    </QueryClientProvider>
  </StrictMode>,
)
