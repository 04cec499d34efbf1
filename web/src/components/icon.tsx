/** Line icons, hidden from screen readers because words are always beside them. */
export type IconName =
  | 'blocked'
  | 'card'
  | 'check'
  | 'chevron'
  | 'clock'
  | 'close'
  | 'critical'
  | 'info'
  | 'mail'
  | 'off'
  | 'pause'
  | 'person'
  | 'warning'

const PATHS: Readonly<Record<IconName, string>> = {
  blocked: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M3.6 3.6l8.8 8.8',
  card: 'M2.75 3.25h10.5a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1H2.75a1 1 0 0 1-1-1v-7.5a1 1 0 0 1 1-1M1.75 6.5h12.5M4.25 10h2.5',
  check: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M5.25 8.25l2 2l3.5-4.25',
  chevron: 'M6 3.5L10.5 8L6 12.5',
  clock: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M8 4.5V8l2.25 1.75',
  close: 'M3.75 3.75l8.5 8.5M12.25 3.75l-8.5 8.5',
  critical: 'M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4zM8 4.75v3.75M8 11v.25',
  info: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M8 7.25v4M8 4.75V5',
  mail: 'M2.75 3.25h10.5a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1H2.75a1 1 0 0 1-1-1v-7.5a1 1 0 0 1 1-1M2 4.25L8 8.75l6-4.5',
  off: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M5.25 8h5.5',
  pause: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5M6.5 5.75v4.5M9.5 5.75v4.5',
  person: 'M8 2a2.75 2.75 0 1 0 0 5.5A2.75 2.75 0 0 0 8 2M2.75 14c.4-2.6 2.4-4 5.25-4s4.85 1.4 5.25 4',
  warning: 'M8 2.25L14.5 13.5h-13zM8 6.5v3.25M8 11.5v.25',
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
