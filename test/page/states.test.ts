import { describeEveryState } from './every-state.ts'

describeEveryState('en-IE', { areColoursSeen: true })
