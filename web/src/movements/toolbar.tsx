/** Search and filters of the movements; chosen filters are shown and can be removed singly or together. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Icon } from '../components/icon.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import { useWords } from '../texts/words.tsx'
import { cleanSearch, countChosen, type MovementFilter, NO_FILTER } from './filter.ts'
import { chosenOf } from './filter-words.ts'
import type { MovementsModel } from './found.ts'
import './toolbar.css'

const FilterPanel = loadedWhenOpened(() => import('./filter-panel.tsx'))

export interface ToolbarProps
  extends Pick<MovementsModel, 'filter' | 'onFilter' | 'users' | 'onUsersWanted' | 'isInitiallyChoosing'> {
  /** If nothing was found, the list itself offers to clear the filters. */
  readonly hasFound: boolean
  /** The number found and the button for new ones, in reserved space so that nothing moves. */
  readonly children: ReactNode
}

export function Toolbar(props: ToolbarProps) {
  const { filter, onFilter, users, onUsersWanted, isInitiallyChoosing = false, hasFound, children } = props
  const words = useWords()
  const { t } = words
  const [isOpen, setIsOpen] = useState(isInitiallyChoosing)
  const panel = useId()
  const opener = useRef<HTMLButtonElement>(null)
  const chosen = chosenOf(filter, words)
  // The pressed button disappears with its filter.
  const take = (next: MovementFilter) => {
    opener.current?.focus()
    onFilter(next)
  }
  return (
    <div className="toolbar">
      <search className="toolbar-line" aria-label={t('search.label')}>
        <SearchField search={filter.search} onSearch={(search) => onFilter({ ...filter, search })} />
        <button
          ref={opener}
          type="button"
          className="button button-secondary toolbar-opener"
          aria-expanded={isOpen}
          aria-controls={panel}
          onClick={() => setIsOpen(!isOpen)}
        >
          {t('filters.open', { count: countChosen(filter) })}
          <Icon name="chevron" />
        </button>
      </search>
      <div id={panel} hidden={!isOpen}>
        <FilterPanel isOpen={isOpen} filter={filter} onFilter={onFilter} users={users} onUsersWanted={onUsersWanted} />
      </div>
      {chosen.length === 0 ? null : (
        <div className="chosen">
          <ul aria-label={t('filters.chosen')}>
            {chosen.map(({ id, label, without }) => (
              <li key={id}>
                <button
                  type="button"
                  className="chosen-filter"
                  aria-label={t('filters.remove', { filter: label })}
                  onClick={() => take(without)}
                >
                  <span>{label}</span>
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
          {hasFound ? (
            <button type="button" className="link-button" onClick={() => take(NO_FILTER)}>
              {t('filters.clear')}
            </button>
          ) : null}
        </div>
      )}
      <div className="toolbar-found">{children}</div>
    </div>
  )
}

const SEARCH_AFTER_MS = 300

function SearchField({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  const { t } = useWords()
  const [typed, setTyped] = useState(search)
  const [known, setKnown] = useState(search)
  const field = useRef<HTMLInputElement>(null)
  // The search was changed elsewhere: show it.
  if (search !== known) {
    setKnown(search)
    setTyped(search)
  }
  const clean = cleanSearch(typed)
  const look = (text: string) => {
    if (text === search) return
    setKnown(text)
    onSearch(text)
  }
  const looked = useRef(look)
  looked.current = look
  useEffect(() => {
    const timer = setTimeout(() => looked.current(clean), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [clean])
  return (
    <div className="search-field">
      <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path
          d="M7 2.25a4.75 4.75 0 1 0 0 9.5a4.75 4.75 0 0 0 0-9.5M10.5 10.5L14 14"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
      </svg>
      <input
        ref={field}
        type="search"
        aria-label={t('search.label')}
        placeholder={t('search.hint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') look(clean)
        }}
      />
      {typed === '' ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label={t('search.clear')}
          onClick={() => {
            field.current?.focus()
            setTyped('')
            look('')
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  )
}
