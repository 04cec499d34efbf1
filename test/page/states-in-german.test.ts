import { describeEveryState } from './every-state.ts'

describeEveryState('de-DE', { areColoursSeen: false })
